# The schedule on which running tests are aggregated.
resource "aws_scheduler_schedule" "summarize_tests" {
  #checkov:skip=CKV_AWS_297:The schedule stores no data: its target gets a constant event
  name                = "${local.name}-summarize-tests"
  description         = "Aggregates every running test"
  schedule_expression = var.aggregation.schedule

  flexible_time_window {
    mode = "OFF"
  }

  target {
    arn      = aws_lambda_alias.live["summarize-tests"].arn
    role_arn = aws_iam_role.scheduler.arn
    input    = jsonencode({ source = "aws.scheduler" })

    dead_letter_config {
      arn = aws_sqs_queue.dead_letters.arn
    }

    retry_policy {
      maximum_event_age_in_seconds = 3600
      maximum_retry_attempts       = 3
    }
  }

  depends_on = [aws_iam_role_policy.scheduler]
}
