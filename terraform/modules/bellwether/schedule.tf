# The schedules on which running tests are aggregated and privacy requests are answered.
locals {
  # Functions that a schedule invokes, with its expression.
  scheduled = { answer-privacy-requests = var.privacy.schedule, summarize-tests = var.aggregation.schedule }
}

resource "aws_scheduler_schedule" "this" {
  #checkov:skip=CKV_AWS_297:The schedules store no data: their targets get a constant event
  for_each            = local.scheduled
  name                = local.function_names[each.key]
  description         = "Invokes ${each.key}"
  schedule_expression = each.value

  flexible_time_window {
    mode = "OFF"
  }

  target {
    arn      = aws_lambda_alias.live[each.key].arn
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
