# Checks values that only an apply knows. In a separate file, because a mock that overrides plans cannot be used with an apply.
mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  account     = { id = "123456789012", region = "eu-central-1" }
  environment = "prod"
}

run "outputs_and_dashboard" {
  assert {
    condition     = output.url == "https://${aws_api_gateway_rest_api.this.id}.execute-api.eu-central-1.amazonaws.com/v1"
    error_message = "The output url must be the URL of the API."
  }
  assert {
    condition     = toset(keys(output.functions)) == toset(keys(local.functions))
    error_message = "The output functions must contain every function."
  }
  assert {
    condition     = length(jsondecode(aws_cloudwatch_dashboard.this.dashboard_body).widgets) == length(local.graphs) + 1
    error_message = "The dashboard must show the alarms and every graph."
  }
  assert {
    condition = length(setsubtract(
      [
        "Requests", "Latency", "Faults", "SlowRequests", "ColdStarts", "Throttled", "TokenRefusals", "SignIns",
        "DynamodbCalls", "DynamodbUnits", "AggregationTime", "AggregationRows", "AggregationFailures"
      ],
      flatten([for widget in jsondecode(aws_cloudwatch_dashboard.this.dashboard_body).widgets : [
        for metric in try(widget.properties.metrics, []) : metric[1] if try(metric[0] == "Bellwether/prod", false)
      ]]),
    )) == 0
    error_message = "The dashboard must show every metric that functions record."
  }
  assert {
    condition = toset([for alarm in aws_cloudwatch_composite_alarm.slo : alarm.alarm_rule]) == toset([
      for pair in setproduct(["availability", "latency"], ["fast", "medium", "slow"]) :
      "ALARM(\"bellwether-prod-slo-${join("-", pair)}-long\") AND ALARM(\"bellwether-prod-slo-${join("-", pair)}-short\")"
    ])
    error_message = "A composite alarm must require both windows of its burn rate."
  }
  assert {
    condition = alltrue([
      for alarm in concat(
        values(aws_cloudwatch_metric_alarm.table_errors),
        [aws_cloudwatch_metric_alarm.gateway["5xx"], aws_cloudwatch_metric_alarm.gateway["5xx-most"]]
      ) :
      strcontains(aws_cloudwatch_composite_alarm.down.alarm_rule, "ALARM(\"${alarm.alarm_name}\")")
    ])
    error_message = "The alarm down must combine the gateway alarms and the table alarms."
  }
}
