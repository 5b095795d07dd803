# What wakes somebody. docs/OPERATIONS.md says what each alarm means and what to do. Silence is health everywhere
# but at the schedule: nothing else runs when nobody asks.
locals {
  told    = [aws_sns_topic.alarms.arn]
  alarmed = var.function_alarms ? local.functions : {}
  timed   = { for name, function in local.functions : name => function.p99_ms if var.function_alarms && function.p99_ms != null }

  # Per table the operations that any function may call. A write together with its audit record is a transaction.
  operations_of = {
    for table, _ in local.tables : table => distinct(concat(["TransactWriteItems"], flatten([
      for function in values(local.functions) : [
        for place, actions in function.tables : split(" ", actions) if split("/", place)[0] == table
      ]
    ])))
  }
  throttles_of = {
    for table, definition in local.tables : table => concat(
      [{ TableName = "${local.name}-${table}" }],
      [for index, _ in definition.indexes : { TableName = "${local.name}-${table}", GlobalSecondaryIndexName = index }],
    )
  }
}

# Errors: the function crashed, ran out of time or memory. A 5xx that it answers itself is the gateway's to count.
resource "aws_cloudwatch_metric_alarm" "function_errors" {
  for_each            = local.alarmed
  alarm_name          = "${local.function_names[each.key]}-errors"
  alarm_description   = "More than 1 % of invocations of ${each.key} fail."
  comparison_operator = "GreaterThanThreshold"
  threshold           = 1
  evaluation_periods  = 2
  treat_missing_data  = "notBreaching"
  alarm_actions       = local.told
  ok_actions          = local.told

  metric_query {
    id          = "share"
    label       = "failed invocations, %"
    expression  = "IF(invocations > 0, 100 * errors / invocations, 0)"
    return_data = true
  }

  dynamic "metric_query" {
    for_each = { errors = "Errors", invocations = "Invocations" }
    content {
      id = metric_query.key
      metric {
        namespace   = "AWS/Lambda"
        metric_name = metric_query.value
        period      = 300
        stat        = "Sum"
        dimensions  = { FunctionName = local.function_names[each.key] }
      }
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "function_throttles" {
  for_each            = local.alarmed
  alarm_name          = "${local.function_names[each.key]}-throttles"
  alarm_description   = "No instance of ${each.key} was available for a request."
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  evaluation_periods  = 1
  namespace           = "AWS/Lambda"
  metric_name         = "Throttles"
  period              = 300
  statistic           = "Sum"
  dimensions          = { FunctionName = local.function_names[each.key] }
  treat_missing_data  = "notBreaching"
  alarm_actions       = local.told
  ok_actions          = local.told
}

resource "aws_cloudwatch_metric_alarm" "function_duration" {
  for_each            = local.timed
  alarm_name          = "${local.function_names[each.key]}-duration"
  alarm_description   = "One in a hundred invocations of ${each.key} takes longer than ${each.value} ms."
  comparison_operator = "GreaterThanThreshold"
  threshold           = each.value
  evaluation_periods  = 3
  namespace           = "AWS/Lambda"
  metric_name         = "Duration"
  period              = 300
  extended_statistic  = "p99"
  dimensions          = { FunctionName = local.function_names[each.key] }
  treat_missing_data  = "notBreaching"
  # Of a handful of invocations the p99 is the slowest, a cold start: too few to say.
  evaluate_low_sample_count_percentiles = "ignore"
  alarm_actions                         = local.told
  ok_actions                            = local.told
}

# The average of 5XXError and 4XXError is the share of requests answered so.
resource "aws_cloudwatch_metric_alarm" "gateway" {
  for_each = {
    "5xx"      = { metric = "5XXError", percent = 1, periods = 2, says = "More than 1 % of requests are answered with 5xx." }
    "5xx-most" = { metric = "5XXError", percent = 50, periods = 1, says = "More than half of all requests are answered with 5xx." }
    "4xx"      = { metric = "4XXError", percent = var.client_error_percent, periods = 3, says = "More than ${var.client_error_percent} % of requests are answered with 4xx." }
  }
  alarm_name          = "${local.name}-gateway-${each.key}"
  alarm_description   = each.value.says
  comparison_operator = "GreaterThanThreshold"
  threshold           = each.value.percent / 100
  evaluation_periods  = each.value.periods
  namespace           = "AWS/ApiGateway"
  metric_name         = each.value.metric
  period              = 300
  statistic           = "Average"
  dimensions          = { ApiName = local.name, Stage = local.stage }
  treat_missing_data  = "notBreaching"
  alarm_actions       = local.told
  ok_actions          = local.told
}

resource "aws_cloudwatch_metric_alarm" "table_throttles" {
  for_each            = local.tables
  alarm_name          = "${local.name}-${each.key}-throttles"
  alarm_description   = "DynamoDB throttles calls to ${each.key}."
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  evaluation_periods  = 2
  treat_missing_data  = "notBreaching"
  alarm_actions       = local.told
  ok_actions          = local.told

  metric_query {
    id          = "throttles"
    label       = "throttled reads and writes"
    expression  = "SUM(METRICS())"
    return_data = true
  }

  dynamic "metric_query" {
    for_each = { for pair in setproduct(["Read", "Write"], range(length(local.throttles_of[each.key]))) : "${lower(pair[0])}${pair[1]}" => pair }
    content {
      id = metric_query.key
      metric {
        namespace   = "AWS/DynamoDB"
        metric_name = "${metric_query.value[0]}ThrottleEvents"
        period      = 300
        stat        = "Sum"
        dimensions  = local.throttles_of[each.key][metric_query.value[1]]
      }
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "table_errors" {
  for_each            = local.tables
  alarm_name          = "${local.name}-${each.key}-errors"
  alarm_description   = "Calls to ${each.key} fail with errors of DynamoDB."
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  evaluation_periods  = 2
  treat_missing_data  = "notBreaching"
  alarm_actions       = local.told
  ok_actions          = local.told

  metric_query {
    id          = "errors"
    label       = "calls that failed at DynamoDB"
    expression  = "SUM(METRICS())"
    return_data = true
  }

  dynamic "metric_query" {
    for_each = toset(local.operations_of[each.key])
    content {
      id = "of${metric_query.value}"
      metric {
        namespace   = "AWS/DynamoDB"
        metric_name = "SystemErrors"
        period      = 300
        stat        = "Sum"
        dimensions  = { TableName = "${local.name}-${each.key}", Operation = metric_query.value }
      }
    }
  }
}

# The schedule invokes, whether or not the run then succeeds: without an invocation Lambda sends no metric, so here
# alone silence is no health.
resource "aws_cloudwatch_metric_alarm" "schedule" {
  alarm_name          = "${local.name}-schedule"
  alarm_description   = "Running tests have not been counted for ${var.schedule_silence_minutes} minutes: the schedule is disabled, or may not invoke its function."
  comparison_operator = "LessThanThreshold"
  threshold           = 1
  evaluation_periods  = var.schedule_silence_minutes / 5
  namespace           = "AWS/Lambda"
  metric_name         = "Invocations"
  period              = 300
  statistic           = "Sum"
  dimensions          = { FunctionName = local.function_names["summarize-tests"] }
  treat_missing_data  = "breaching"
  alarm_actions       = local.told
  ok_actions          = local.told
}

# Secrets Manager has no metric of failed rotations: a rotation fails where its function does.
resource "aws_cloudwatch_metric_alarm" "rotation" {
  alarm_name          = "${local.name}-rotation"
  alarm_description   = "A rotation of the signing keys has failed. The keys in force continue to sign."
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  evaluation_periods  = 1
  namespace           = "AWS/Lambda"
  metric_name         = "Errors"
  period              = 3600
  statistic           = "Sum"
  dimensions          = { FunctionName = local.function_names["rotate-keys"] }
  treat_missing_data  = "notBreaching"
  alarm_actions       = local.told
  ok_actions          = local.told
}

# More than is usual for this hour of this day, of what functions count themselves.
resource "aws_cloudwatch_metric_alarm" "unusual" {
  for_each = {
    for name, alarm in {
      FailedSignIns    = { metric = "SignIns", dimensions = { outcome = "failed" }, says = "More sign-ins fail than is usual at this time: an attacker may be guessing passwords." }
      ThrottledSignIns = { metric = "SignIns", dimensions = { outcome = "throttled" }, says = "More sign-ins have to wait than is usual at this time: an attacker continues to guess passwords." }
      TokenRefusals    = { metric = "TokenRefusals", dimensions = {}, says = "More tokens are refused than is usual at this time: a client is misconfigured, or an attacker tries forged tokens." }
    } : name => alarm if var.anomaly_alarms
  }
  alarm_name          = "${local.name}-${each.key}"
  alarm_description   = each.value.says
  comparison_operator = "GreaterThanUpperThreshold"
  threshold_metric_id = "usual"
  evaluation_periods  = 3
  treat_missing_data  = "notBreaching"
  alarm_actions       = local.told
  ok_actions          = local.told

  metric_query {
    id          = "usual"
    label       = "as usual"
    expression  = "ANOMALY_DETECTION_BAND(counted, 3)"
    return_data = true
  }

  metric_query {
    id          = "counted"
    return_data = true
    metric {
      namespace   = local.log_namespace
      metric_name = each.value.metric
      period      = 300
      stat        = "Sum"
      dimensions  = each.value.dimensions
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "waf" {
  count               = var.waf ? 1 : 0
  alarm_name          = "${local.name}-firewall"
  alarm_description   = "The firewall blocks more than ${var.waf_blocks} requests in five minutes: an attack, or a rule that blocks legitimate callers."
  comparison_operator = "GreaterThanThreshold"
  threshold           = var.waf_blocks
  evaluation_periods  = 1
  namespace           = "AWS/WAFV2"
  metric_name         = "BlockedRequests"
  period              = 300
  statistic           = "Sum"
  dimensions          = { WebACL = local.name, Region = var.region, Rule = "ALL" }
  treat_missing_data  = "notBreaching"
  alarm_actions       = local.told
  ok_actions          = local.told
}

resource "aws_cloudwatch_metric_alarm" "dead_letters" {
  alarm_name          = "${local.name}-dead-letters"
  alarm_description   = "An asynchronous event has failed after all retries; the queue contains it."
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  evaluation_periods  = 1
  namespace           = "AWS/SQS"
  metric_name         = "ApproximateNumberOfMessagesVisible"
  period              = 300
  statistic           = "Maximum"
  dimensions          = { QueueName = aws_sqs_queue.dead_letters.name }
  treat_missing_data  = "notBreaching"
  alarm_actions       = local.told
  ok_actions          = local.told
}

# The one that may wake somebody at night: most requests fail, or some fail while a table does.
resource "aws_cloudwatch_composite_alarm" "down" {
  alarm_name        = "${local.name}-down"
  alarm_description = "The API is down."
  alarm_actions     = local.told
  ok_actions        = local.told
  alarm_rule = join(" OR ", [
    "ALARM(\"${aws_cloudwatch_metric_alarm.gateway["5xx-most"].alarm_name}\")",
    "(ALARM(\"${aws_cloudwatch_metric_alarm.gateway["5xx"].alarm_name}\") AND (${join(" OR ", [
      for alarm in concat(values(aws_cloudwatch_metric_alarm.table_errors), values(aws_cloudwatch_metric_alarm.table_throttles)) :
      "ALARM(\"${alarm.alarm_name}\")"
    ])}))",
  ])
}
