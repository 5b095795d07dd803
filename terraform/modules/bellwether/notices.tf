# Notices: decisions and faults of tests. summarize-tests sends them to a bus of their own. A rule passes them on to a topic
# for people, and your own rules select events for programs.
locals {
  # Names, not attributes, because the environment of the functions contains them.
  event_bus = "${local.name}-notices"
  aggregate = "${local.function_names["summarize-tests"]}:${local.alias}"
}

resource "aws_cloudwatch_event_bus" "notices" {
  name = local.event_bus
  tags = local.tags
}

resource "aws_cloudwatch_event_rule" "notices" {
  name           = "${local.name}-notices"
  description    = "Passes every notice on to the topic of results"
  event_bus_name = aws_cloudwatch_event_bus.notices.name
  event_pattern  = jsonencode({ source = ["bellwether"] })
  tags           = local.tags
}

resource "aws_cloudwatch_event_target" "results" {
  rule           = aws_cloudwatch_event_rule.notices.name
  event_bus_name = aws_cloudwatch_event_bus.notices.name
  target_id      = "results"
  arn            = aws_sns_topic.results.arn

  # EventBridge writes each value as JSON, with its quotes.
  input_transformer {
    input_paths = {
      id      = "$.detail.id"
      kind    = "$.detail.data.kind"
      message = "$.detail.data.message"
      source  = "$.detail.source"
      test_id = "$.detail.data.test_id"
      time    = "$.detail.time"
    }
    input_template = <<-EOT
      {
        "test": <test_id>,
        "message": <message>,
        "kind": <kind>,
        "time": <time>,
        "source": <source>,
        "id": <id>
      }
    EOT
  }

  dead_letter_config {
    arn = aws_sqs_queue.dead_letters.arn
  }

  retry_policy {
    maximum_event_age_in_seconds = 86400
    maximum_retry_attempts       = 185
  }
}

# The topic of results, beside that of the alarms.
resource "aws_sns_topic" "results" {
  name              = "${local.name}-results"
  tags              = local.tags
  kms_master_key_id = var.customer_keys ? aws_kms_key.this["topic"].id : null
}

resource "aws_sns_topic_policy" "results" {
  arn = aws_sns_topic.results.arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "Notices"
      Effect    = "Allow"
      Principal = { Service = "events.amazonaws.com" }
      Action    = "sns:Publish"
      Resource  = aws_sns_topic.results.arn
      Condition = { ArnEquals = { "aws:SourceArn" = aws_cloudwatch_event_rule.notices.arn } }
    }]
  })
}

resource "aws_sns_topic_subscription" "results" {
  for_each  = toset(var.result_emails)
  topic_arn = aws_sns_topic.results.arn
  protocol  = "email"
  endpoint  = each.value
}
