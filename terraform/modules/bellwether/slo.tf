# The objectives of requests, and alarms on the use of their error budgets. An error budget is the share of requests that
# may fail in 30 days. A burn rate of 1 uses up the budget in that time. Each rate has two windows: the long one shows that
# the problem matters, the short one that it continues. Only the composite alarm of both windows sends notifications.
locals {
  slo_objectives = {
    availability = { metric = "Faults", budget = 0.1, description = "are answered with 5xx" } # percent
    latency      = { metric = "SlowRequests", budget = 1, description = "take longer than their function's objective" }
  }

  # A CloudWatch period is at most a day, and all metrics of an alarm have the same period. So a pair of windows is two
  # alarms, and three days are three periods, each of which must exceed the rate. A sum over periods does not work: an
  # alarm reads more periods than it evaluates, and AWS does not document how many more.
  slo_burns = {
    fast = {
      rate    = 14.4
      long    = { period = 3600, periods = 1 }
      short   = { period = 300, periods = 1 }
      urgency = "Page, now"
      gone    = "2 days"
    }
    medium = {
      rate    = 6
      long    = { period = 21600, periods = 1 }
      short   = { period = 1800, periods = 1 }
      urgency = "Page, within the hour"
      gone    = "5 days"
    }
    slow = {
      rate    = 1
      long    = { period = 86400, periods = 3 }
      short   = { period = 21600, periods = 1 }
      urgency = "Ticket, within the day"
      gone    = "30 days"
    }
  }

  slo_pairs = var.alarms.slo ? {
    for pair in setproduct(keys(local.slo_objectives), keys(local.slo_burns)) : join("-", pair) => { objective = pair[0], burn = pair[1] }
  } : {}
  slo_windows = merge([
    for name, pair in local.slo_pairs : {
      for window in ["long", "short"] : "${name}-${window}" => {
        metric  = local.slo_objectives[pair.objective].metric
        budget  = local.slo_objectives[pair.objective].budget
        rate    = local.slo_burns[pair.burn].rate
        period  = local.slo_burns[pair.burn][window].period
        periods = local.slo_burns[pair.burn][window].periods
        minimum = window == "long" ? var.alarms.slo_min_requests[pair.burn] : 1
      }
    }
  ]...)
}

# The expression does not use FILL. Both metrics are sent with every request, so a period lacks both or neither. If FILL
# replaced the last period, of which CloudWatch may have no data yet, it would hide a period that exceeds the rate.
resource "aws_cloudwatch_metric_alarm" "slo" {
  for_each            = local.slo_windows
  alarm_name          = "${local.name}-slo-${each.key}"
  alarm_description   = "One of the two windows of a composite alarm. It sends no notifications."
  comparison_operator = "GreaterThanThreshold"
  threshold           = each.value.rate
  evaluation_periods  = each.value.periods
  treat_missing_data  = "notBreaching"
  tags                = local.tags

  metric_query {
    id          = "burn"
    label       = "burn rate"
    expression  = "IF(requests >= ${each.value.minimum}, 100 * bad / requests / ${each.value.budget}, 0)"
    return_data = true
  }

  dynamic "metric_query" {
    for_each = { bad = each.value.metric, requests = "Requests" }
    content {
      id = metric_query.key
      metric {
        namespace   = local.log_namespace
        metric_name = metric_query.value
        period      = each.value.period
        stat        = "Sum"
      }
    }
  }
}

resource "aws_cloudwatch_composite_alarm" "slo" {
  for_each   = local.slo_pairs
  alarm_name = "${local.name}-slo-${each.key}"
  alarm_description = format(
    "%s: more than %s %% of requests %s. The error budget of 30 days is gone in %s at this rate.",
    local.slo_burns[each.value.burn].urgency,
    local.slo_burns[each.value.burn].rate * local.slo_objectives[each.value.objective].budget,
    local.slo_objectives[each.value.objective].description,
    local.slo_burns[each.value.burn].gone,
  )
  alarm_actions = local.notify
  ok_actions    = local.notify
  tags          = local.tags
  alarm_rule = join(" AND ", [
    for window in ["long", "short"] : "ALARM(\"${aws_cloudwatch_metric_alarm.slo["${each.key}-${window}"].alarm_name}\")"
  ])
}
