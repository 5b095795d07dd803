# The alarms. docs/OPERATIONS.md describes what each alarm means and how to respond. Missing data counts as healthy for
# every alarm except those of the schedules: the other functions run only on requests.
locals {
  notify  = [aws_sns_topic.alarms.arn]
  alarmed = var.alarms.functions ? local.functions : {}
  timed   = { for name, function in local.functions : name => function.p99_ms if var.alarms.functions && function.p99_ms != null }

  # The operations on each table that any function may call. A write with its audit record is a transaction.
  operations_of = {
    for table, _ in local.tables : table => distinct(concat(["TransactWriteItems"], flatten([
      for function in values(local.functions) : [
        for resource, actions in function.tables : split(" ", actions) if split("/", resource)[0] == table
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

# Errors are crashes, timeouts and exhausted memory. A 5xx response of the function itself counts as a gateway error.
resource "aws_cloudwatch_metric_alarm" "function_errors" {
  for_each            = local.alarmed
  alarm_name          = "${local.function_names[each.key]}-errors"
  alarm_description   = "More than 1 % of invocations of ${each.key} fail."
  comparison_operator = "GreaterThanThreshold"
  threshold           = 1
  evaluation_periods  = 2
  treat_missing_data  = "notBreaching"
  alarm_actions       = local.notify
  ok_actions          = local.notify
  tags                = local.tags

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
  alarm_actions       = local.notify
  ok_actions          = local.notify
  tags                = local.tags
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
  # With few invocations, the p99 is the slowest of them, a cold start, and says nothing about the others.
  evaluate_low_sample_count_percentiles = "ignore"
  alarm_actions                         = local.notify
  ok_actions                            = local.notify
  tags                                  = local.tags
}

# The average of 5XXError or 4XXError is the share of requests with such a response.
resource "aws_cloudwatch_metric_alarm" "gateway" {
  for_each = {
    "5xx"      = { metric = "5XXError", percent = 1, periods = 2 }
    "5xx-most" = { metric = "5XXError", percent = 50, periods = 1 }
    "4xx"      = { metric = "4XXError", percent = var.alarms.client_error_percent, periods = 3 }
  }
  alarm_name          = "${local.name}-gateway-${each.key}"
  alarm_description   = "More than ${each.value.percent} % of requests are answered with ${lower(substr(each.value.metric, 0, 3))}."
  comparison_operator = "GreaterThanThreshold"
  threshold           = each.value.percent / 100
  evaluation_periods  = each.value.periods
  namespace           = "AWS/ApiGateway"
  metric_name         = each.value.metric
  period              = 300
  statistic           = "Average"
  dimensions          = { ApiName = local.name, Stage = local.stage }
  treat_missing_data  = "notBreaching"
  alarm_actions       = local.notify
  ok_actions          = local.notify
  tags                = local.tags
}

resource "aws_cloudwatch_metric_alarm" "table_throttles" {
  for_each            = local.tables
  alarm_name          = "${local.name}-${each.key}-throttles"
  alarm_description   = "DynamoDB throttles calls to ${each.key}."
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  evaluation_periods  = 2
  treat_missing_data  = "notBreaching"
  alarm_actions       = local.notify
  ok_actions          = local.notify
  tags                = local.tags

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
  alarm_actions       = local.notify
  ok_actions          = local.notify
  tags                = local.tags

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

# The schedule invokes its function even if the last run failed. Without an invocation, Lambda sends no metric, so
# missing data means that the schedule does not run.
resource "aws_cloudwatch_metric_alarm" "schedule" {
  alarm_name          = "${local.name}-schedule"
  alarm_description   = "No aggregation for ${var.aggregation.silence_minutes} minutes: the schedule is disabled, or may not invoke its function."
  comparison_operator = "LessThanThreshold"
  threshold           = 1
  evaluation_periods  = var.aggregation.silence_minutes / 5
  namespace           = "AWS/Lambda"
  metric_name         = "Invocations"
  period              = 300
  statistic           = "Sum"
  dimensions          = { FunctionName = local.function_names["summarize-tests"] }
  treat_missing_data  = "breaching"
  alarm_actions       = local.notify
  ok_actions          = local.notify
  tags                = local.tags
}

# An erasure that fails is repeated by every run until it succeeds.
resource "aws_cloudwatch_metric_alarm" "privacy" {
  alarm_name          = "${local.name}-privacy"
  alarm_description   = "Privacy requests have not been answered for 30 minutes: every run of answer-privacy-requests fails, or none runs."
  comparison_operator = "LessThanThreshold"
  threshold           = 1
  evaluation_periods  = 6
  treat_missing_data  = "breaching"
  alarm_actions       = local.notify
  ok_actions          = local.notify
  tags                = local.tags

  metric_query {
    id          = "succeeded"
    label       = "runs without a failure"
    expression  = "invocations - errors"
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
        dimensions  = { FunctionName = local.function_names["answer-privacy-requests"] }
      }
    }
  }
}

# Secrets Manager has no metric of failed rotations. A rotation fails when its function fails.
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
  alarm_actions       = local.notify
  ok_actions          = local.notify
  tags                = local.tags
}

# Anomaly detection on metrics that functions record: more than is usual for this hour of this day.
resource "aws_cloudwatch_metric_alarm" "unusual" {
  for_each = {
    for name, alarm in {
      FailedSignIns = {
        metric      = "SignIns"
        dimensions  = { outcome = "failed" }
        description = "More sign-ins fail than is usual at this time: an attacker may be guessing passwords."
      }
      ThrottledSignIns = {
        metric      = "SignIns"
        dimensions  = { outcome = "throttled" }
        description = "More sign-ins have to wait than is usual at this time: an attacker continues to guess passwords."
      }
      TokenRefusals = {
        metric      = "TokenRefusals"
        dimensions  = {}
        description = "More tokens are refused than is usual at this time: a client is misconfigured, or an attacker tries forged tokens."
      }
    } : name => alarm if var.alarms.anomalies
  }
  alarm_name          = "${local.name}-${each.key}"
  alarm_description   = each.value.description
  comparison_operator = "GreaterThanUpperThreshold"
  threshold_metric_id = "usual"
  evaluation_periods  = 3
  treat_missing_data  = "notBreaching"
  alarm_actions       = local.notify
  ok_actions          = local.notify
  tags                = local.tags

  metric_query {
    id          = "usual"
    label       = "expected range"
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
  count               = var.waf.enabled ? 1 : 0
  alarm_name          = "${local.name}-firewall"
  alarm_description   = "More than ${var.alarms.blocked_requests} requests blocked in five minutes: an attack, or a rule that blocks legitimate callers."
  comparison_operator = "GreaterThanThreshold"
  threshold           = var.alarms.blocked_requests
  evaluation_periods  = 1
  namespace           = "AWS/WAFV2"
  metric_name         = "BlockedRequests"
  period              = 300
  statistic           = "Sum"
  dimensions          = { WebACL = local.name, Region = var.account.region, Rule = "ALL" }
  treat_missing_data  = "notBreaching"
  alarm_actions       = local.notify
  ok_actions          = local.notify
  tags                = local.tags
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
  alarm_actions       = local.notify
  ok_actions          = local.notify
  tags                = local.tags
}

# The alarm that should page someone at night: most requests fail, or some fail while calls to a table fail.
resource "aws_cloudwatch_composite_alarm" "down" {
  alarm_name        = "${local.name}-down"
  alarm_description = "The API is down."
  alarm_actions     = local.notify
  ok_actions        = local.notify
  tags              = local.tags
  alarm_rule = join(" OR ", [
    "ALARM(\"${aws_cloudwatch_metric_alarm.gateway["5xx-most"].alarm_name}\")",
    "(ALARM(\"${aws_cloudwatch_metric_alarm.gateway["5xx"].alarm_name}\") AND (${join(" OR ", [
      for alarm in concat(values(aws_cloudwatch_metric_alarm.table_errors), values(aws_cloudwatch_metric_alarm.table_throttles)) :
      "ALARM(\"${alarm.alarm_name}\")"
    ])}))",
  ])
}
