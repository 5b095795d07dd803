# One page that says how it is.
locals {
  # [title, metrics]: each becomes a graph, two in a row.
  graphs = [
    ["Requests", [
      ["AWS/ApiGateway", "Count", "ApiName", local.name, "Stage", local.stage, { stat = "Sum", label = "requests" }],
      ["AWS/ApiGateway", "4XXError", "ApiName", local.name, "Stage", local.stage, { stat = "Sum", label = "4xx" }],
      ["AWS/ApiGateway", "5XXError", "ApiName", local.name, "Stage", local.stage, { stat = "Sum", label = "5xx" }],
    ]],
    ["Time to answer (ms)", [
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
    ["Capacity by table", concat(
      [for table, _ in local.tables : ["AWS/DynamoDB", "ConsumedReadCapacityUnits", "TableName", "${local.name}-${table}", { stat = "Sum", label = "${table} read" }]],
      [for table, _ in local.tables : ["AWS/DynamoDB", "ConsumedWriteCapacityUnits", "TableName", "${local.name}-${table}", { stat = "Sum", label = "${table} written" }]],
    )],
    ["Failed sign-ins and refused tokens", [
      for metric in ["SignInFailures", "RefusedTokens"] : [local.log_namespace, metric, { stat = "Sum", label = metric }]
    ]],
    ["Firewall", [
      for metric in ["AllowedRequests", "BlockedRequests", "CountedRequests"] :
      ["AWS/WAFV2", metric, "WebACL", local.name, "Region", var.region, "Rule", "ALL", { stat = "Sum", label = metric }]
    ]],
    ["Dead letters", [
      ["AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", aws_sqs_queue.dead_letters.name, { stat = "Maximum", label = "waiting" }],
    ]],
  ]
}

resource "aws_cloudwatch_dashboard" "this" {
  dashboard_name = local.name
  dashboard_body = jsonencode({
    widgets = concat(
      [{
        type       = "alarm", x = 0, y = 0, width = 24, height = 3
        properties = { title = "Alarms", alarms = concat([aws_cloudwatch_composite_alarm.down.arn], values(aws_cloudwatch_metric_alarm.gateway)[*].arn, [aws_cloudwatch_metric_alarm.rotation.arn, aws_cloudwatch_metric_alarm.dead_letters.arn]) }
      }],
      [for index, graph in local.graphs : {
        type = "metric", x = 12 * (index % 2), y = 3 + 6 * floor(index / 2), width = 12, height = 6
        properties = {
          title   = graph[0]
          region  = var.region
          period  = 300
          view    = "timeSeries"
          metrics = graph[1]
          yAxis   = { left = { min = 0 } }
        }
      }],
    )
  })
}
