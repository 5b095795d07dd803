# The CloudWatch dashboard.
locals {
  # The functions that serve requests.
  routed = toset(concat([for operation in values(local.operations) : operation.function], [local.reject]))

  # [title, metrics]: one graph each, two in a row. The first ones show the metrics that functions record.
  metric_graphs = [
    ["Requests in functions", [
      for metric, label in { Requests = "requests", Faults = "5xx", SlowRequests = "slow", Throttled = "429" } :
      [local.log_namespace, metric, { stat = "Sum", label = label }]
    ]],
    ["Response time in functions (ms)", [
      for stat in ["p50", "p99"] : [local.log_namespace, "Latency", { stat = stat, label = stat }]
    ]],
    ["Burn rates over an hour (fast alarm: ${local.slo_burns.fast.rate})", concat(
      [[local.log_namespace, "Requests", { id = "requests", stat = "Sum", period = 3600, visible = false }]],
      [for name, objective in local.slo_objectives : [local.log_namespace, objective.metric, { id = name, stat = "Sum", period = 3600, visible = false }]],
      [for name, objective in local.slo_objectives : [
        { id = "${name}_burn", expression = "100 * ${name} / requests / ${objective.budget}", label = name, period = 3600 }
      ]],
    )],
    ["5xx by function", [
      for name in local.routed : [local.log_namespace, "Faults", "function", name, { stat = "Sum", label = name }]
    ]],
    ["Cold starts by function", [
      for name in local.routed : [local.log_namespace, "ColdStarts", "function", name, { stat = "Sum", label = name }]
    ]],
    ["Sign-ins by outcome", [
      for outcome in ["succeeded", "failed", "throttled"] : [local.log_namespace, "SignIns", "outcome", outcome, { stat = "Sum", label = outcome }]
    ]],
    ["Refused tokens", [
      [local.log_namespace, "TokenRefusals", { stat = "Sum", label = "refused" }],
    ]],
    ["DynamoDB: calls and capacity units", [
      for metric, label in { DynamodbCalls = "calls", DynamodbUnits = "units" } : [local.log_namespace, metric, { stat = "Sum", label = label }]
    ]],
    ["Aggregation time per test (ms)", [
      for stat in ["p50", "Maximum"] : [local.log_namespace, "AggregationTime", { stat = stat, label = stat }]
    ]],
    ["Aggregated rows, and failed aggregations", [
      for metric, label in { AggregationRows = "rows", AggregationFailures = "failures" } :
      [local.log_namespace, metric, { stat = "Sum", label = label, yAxis = metric == "AggregationFailures" ? "right" : "left" }]
    ]],
  ]
  graphs = concat([for graph in local.metric_graphs : graph if var.metrics], [
    ["Requests at the gateway", [
      ["AWS/ApiGateway", "Count", "ApiName", local.name, "Stage", local.stage, { stat = "Sum", label = "requests" }],
      ["AWS/ApiGateway", "4XXError", "ApiName", local.name, "Stage", local.stage, { stat = "Sum", label = "4xx" }],
      ["AWS/ApiGateway", "5XXError", "ApiName", local.name, "Stage", local.stage, { stat = "Sum", label = "5xx" }],
    ]],
    ["Response time at the gateway (ms)", [
      for stat in ["p50", "p99"] : ["AWS/ApiGateway", "Latency", "ApiName", local.name, "Stage", local.stage, { stat = stat, label = stat }]
    ]],
    ["Duration by function, p99 (ms)", [
      for name, _ in local.functions : ["AWS/Lambda", "Duration", "FunctionName", local.function_names[name], { stat = "p99", label = name }]
    ]],
    ["Errors by function", [
      for name, _ in local.functions : ["AWS/Lambda", "Errors", "FunctionName", local.function_names[name], { stat = "Sum", label = name }]
    ]],
    ["Instances by function", [
      for name, _ in local.functions : ["AWS/Lambda", "ConcurrentExecutions", "FunctionName", local.function_names[name], { stat = "Maximum", label = name }]
    ]],
    ["Capacity by table", concat([
      for metric, label in { ConsumedReadCapacityUnits = "read", ConsumedWriteCapacityUnits = "written" } : [
        for table, _ in local.tables :
        ["AWS/DynamoDB", metric, "TableName", "${local.name}-${table}", { stat = "Sum", label = "${table} ${label}" }]
      ]
    ]...)],
    ["Firewall", [
      for metric in ["AllowedRequests", "BlockedRequests", "CountedRequests"] :
      ["AWS/WAFV2", metric, "WebACL", local.name, "Region", var.account.region, "Rule", "ALL", { stat = "Sum", label = metric }]
    ]],
    ["Dead letters", [
      ["AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", aws_sqs_queue.dead_letters.name, { stat = "Maximum", label = "waiting" }],
    ]],
  ])
}

resource "aws_cloudwatch_dashboard" "this" {
  dashboard_name = local.name
  dashboard_body = jsonencode({
    widgets = concat(
      [{
        type = "alarm", x = 0, y = 0, width = 24, height = 3
        properties = { title = "Alarms", alarms = concat(
          [aws_cloudwatch_composite_alarm.down.arn],
          values(aws_cloudwatch_composite_alarm.slo)[*].arn,
          values(aws_cloudwatch_metric_alarm.gateway)[*].arn,
          [aws_cloudwatch_metric_alarm.rotation.arn, aws_cloudwatch_metric_alarm.dead_letters.arn],
        ) }
      }],
      [for index, graph in local.graphs : {
        type = "metric", x = 12 * (index % 2), y = 3 + 6 * floor(index / 2), width = 12, height = 6
        properties = {
          title   = graph[0]
          region  = var.account.region
          period  = 300
          view    = "timeSeries"
          metrics = graph[1]
          yAxis   = { left = { min = 0 } }
        }
      }],
    )
  })
}
