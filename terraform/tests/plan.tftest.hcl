# What a plan says, without a cloud: names, least privilege, what is open, and what the switches do.
mock_provider "aws" {
  override_during = plan

  mock_resource "aws_api_gateway_rest_api" {
    defaults = { id = "abcdef1234", execution_arn = "arn:aws:execute-api:eu-central-1:123456789012:abcdef1234" }
  }
  mock_resource "aws_api_gateway_stage" {
    defaults = { arn = "arn:aws:apigateway:eu-central-1::/restapis/abcdef1234/stages/v1" }
  }
  mock_resource "aws_cloudwatch_log_group" {
    defaults = { arn = "arn:aws:logs:eu-central-1:123456789012:log-group:mocked" }
  }
  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::123456789012:role/mocked" }
  }
  mock_resource "aws_kms_key" {
    defaults = { arn = "arn:aws:kms:eu-central-1:123456789012:key/mocked" }
  }
  mock_resource "aws_lambda_function" {
    defaults = { arn = "arn:aws:lambda:eu-central-1:123456789012:function:mocked", version = "1" }
  }
  mock_resource "aws_lambda_alias" {
    defaults = { arn = "arn:aws:lambda:eu-central-1:123456789012:function:mocked:live" }
  }
  mock_resource "aws_sns_topic" {
    defaults = { arn = "arn:aws:sns:eu-central-1:123456789012:mocked" }
  }
  mock_resource "aws_sqs_queue" {
    defaults = { arn = "arn:aws:sqs:eu-central-1:123456789012:mocked", url = "https://sqs.eu-central-1.amazonaws.com/123456789012/mocked" }
  }
  mock_resource "aws_wafv2_ip_set" {
    defaults = { arn = "arn:aws:wafv2:eu-central-1:123456789012:regional/ipset/mocked/1" }
  }
  mock_resource "aws_wafv2_web_acl" {
    defaults = { arn = "arn:aws:wafv2:eu-central-1:123456789012:regional/webacl/mocked/1" }
  }
}

override_resource {
  target          = aws_secretsmanager_secret.keys["private"]
  override_during = plan
  values          = { arn = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:private-Ab1Cd2" }
}
override_resource {
  target          = aws_secretsmanager_secret.keys["public"]
  override_during = plan
  values          = { arn = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:public-Ab1Cd2" }
}

variables {
  account_id  = "123456789012"
  region      = "eu-central-1"
  environment = "prod"
}

run "production" {
  command = plan

  assert {
    condition     = output.waf && output.domain == null && length(output.admin_networks) == 0
    error_message = "make smoke asks what the outputs say that there is."
  }

  # Names.
  assert {
    condition     = alltrue([for name, function in aws_lambda_function.this : function.function_name == "bellwether-prod-${name}"])
    error_message = "A function is called name-environment-key."
  }
  assert {
    condition     = alltrue([for function in aws_lambda_function.this : length(function.function_name) <= 64])
    error_message = "AWS takes 64 characters of a function's and of a role's name."
  }
  assert {
    condition     = alltrue([for name, table in aws_dynamodb_table.this : table.name == "${aws_lambda_function.this["login"].environment[0].variables.TABLE_PREFIX}-${name}"])
    error_message = "A table is called as the crate calls it: TABLE_PREFIX and its name."
  }
  assert {
    condition     = aws_lambda_function.this["login"].environment[0].variables.ISSUER == "https://abcdef1234.execute-api.eu-central-1.amazonaws.com/v1"
    error_message = "Unless it is given, the issuer is the API's own URL."
  }
  assert {
    condition     = alltrue([for function in aws_lambda_function.this : function.reserved_concurrent_executions == -1])
    error_message = "Nothing is reserved unless it is asked for."
  }
  assert {
    condition     = alltrue([for function in aws_lambda_function.this : function.architectures == tolist(["arm64"]) && function.runtime == "provided.al2023" && function.tracing_config[0].mode == "Active"])
    error_message = "Functions are arm64 on provided.al2023, traced."
  }

  # Least privilege.
  assert {
    condition = alltrue(flatten([
      for policy in aws_iam_role_policy.function : [
        for statement in jsondecode(policy.policy).Statement : [
          for action in statement.Action : !strcontains(action, "*")
        ]
      ]
    ]))
    error_message = "No action is a wildcard."
  }
  assert {
    condition = alltrue(flatten([
      for policy in aws_iam_role_policy.function : [
        for statement in jsondecode(policy.policy).Statement :
        !strcontains(trimsuffix(statement.Resource, ":log-stream:*"), "*") || alltrue([for action in statement.Action : startswith(action, "xray:")])
      ]
    ]))
    error_message = "Only X-Ray, which has no resource level, stands under a wildcard; and the streams of a function's own log group."
  }
  assert {
    condition = toset([
      for name, policy in aws_iam_role_policy.function : name
      if strcontains(policy.policy, "secret:private-")
    ]) == toset(["issue-token", "login", "rotate-keys"])
    error_message = "login, issue-token and rotate-keys alone may read the private keys."
  }
  assert {
    condition = toset([
      for name, policy in aws_iam_role_policy.function : name
      if strcontains(policy.policy, "PutSecretValue") || strcontains(policy.policy, "UpdateSecretVersionStage")
    ]) == toset(["rotate-keys"])
    error_message = "rotate-keys alone writes secrets."
  }
  assert {
    condition = alltrue(flatten([
      for policy in aws_iam_role_policy.function : [
        for statement in jsondecode(policy.policy).Statement : statement.Action == ["dynamodb:PutItem"]
        if endswith(statement.Resource, "-audit")
      ]
    ]))
    error_message = "Records of the audit are only ever put."
  }
  assert {
    condition     = !strcontains(join("", [for policy in aws_iam_role_policy.function : policy.policy]), "Delete") && !strcontains(join("", [for policy in aws_iam_role_policy.function : policy.policy]), "Scan")
    error_message = "No function deletes or scans."
  }
  assert {
    condition = alltrue([
      for name, policy in aws_iam_role_policy.function :
      length([for statement in jsondecode(policy.policy).Statement : statement if strcontains(join(" ", statement.Action), "logs:") && strcontains(statement.Resource, "/aws/lambda/bellwether-prod-${name}:")]) == 1
    ])
    error_message = "A function writes to its own log."
  }
  assert {
    condition = alltrue([
      for key in aws_kms_key.this : alltrue([
        for statement in jsondecode(key.policy).Statement :
        can(statement.Condition) && !contains(flatten([statement.Action]), "kms:*") && !strcontains(jsonencode(statement.Principal), "\"*\"")
      ])
    ])
    error_message = "A key is for somebody, for something, and on a condition."
  }
  assert {
    condition = alltrue([
      for key in aws_kms_key.this : length(setsubtract(
        ["kms:CreateAlias", "kms:UpdateAlias", "kms:DeleteAlias"],
        flatten([for statement in jsondecode(key.policy).Statement : statement.Action if statement.Principal == { AWS = "arn:aws:iam::123456789012:root" } && !can(statement.Condition.StringEquals["kms:ViaService"])]),
      )) == 0
    ])
    error_message = "Whoever applies may name a key: without that its alias is refused, and the whole apply with it."
  }
  assert {
    condition = { for name in ["logs", "topic"] : name => join(" ", sort(flatten([for statement in jsondecode(aws_kms_key.this[name].policy).Statement : statement.Action if can(statement.Principal.Service)]))) } == {
      logs  = "kms:Decrypt* kms:Describe* kms:Encrypt* kms:GenerateDataKey* kms:ReEncrypt*"
      topic = "kms:Decrypt kms:GenerateDataKey*"
    }
    error_message = "CloudWatch Logs and alarms use a key by the actions that AWS's documentation gives."
  }
  assert {
    condition = alltrue([
      for group in concat(values(aws_cloudwatch_log_group.function), aws_cloudwatch_log_group.waf, [aws_cloudwatch_log_group.gateway, aws_cloudwatch_log_group.gateway_execution]) : anytrue([
        for pattern in flatten([for statement in jsondecode(aws_kms_key.this["logs"].policy).Statement : try(statement.Condition.ArnLike["kms:EncryptionContext:aws:logs:arn"], [])]) :
        can(regex("^${replace(pattern, "*", "[^:]*")}$", "arn:aws:logs:eu-central-1:123456789012:log-group:${group.name}"))
      ])
    ])
    error_message = "The key of the logs is for every group that is encrypted under it."
  }

  # What a function may name of identities: every statement about that table has the keys of its line, and no other
  # statement has a condition.
  assert {
    condition = alltrue(flatten([
      for name, policy in aws_iam_role_policy.function : [
        for statement in jsondecode(policy.policy).Statement :
        can(statement.Condition) == (statement.Resource == "arn:aws:dynamodb:eu-central-1:123456789012:table/bellwether-prod-identities")
      ]
    ]))
    error_message = "A statement about identities has a condition, and no other has one."
  }
  assert {
    condition = alltrue(flatten([
      for name, rules in local.leading_keys : [
        for rule in rules : length([
          for statement in jsondecode(aws_iam_role_policy.function[name].policy).Statement : statement
          if try(statement.Condition["ForAllValues:StringLike"]["dynamodb:LeadingKeys"], []) == [for key in split(" ", rule.keys) : key]
          && try(statement.Condition.Null["dynamodb:LeadingKeys"], "") == "false"
          && statement.Action == [for action in split(" ", rule.actions) : "dynamodb:${action}"]
          && try(statement.Condition["ForAllValues:StringEquals"]["dynamodb:Attributes"], []) == try([for name in split(" ", rule.attributes) : name], [])
        ]) == 1
      ]
    ]))
    error_message = "Each rule of leading_keys is one statement of its function's role."
  }
  assert {
    condition = [
      for statement in jsondecode(aws_iam_role_policy.function["login"].policy).Statement : statement.Condition
      if contains(statement.Action, "dynamodb:UpdateItem") && contains(try(statement.Condition["ForAllValues:StringLike"]["dynamodb:LeadingKeys"], []), "user/*")
      ] == [{
        "ForAllValues:StringLike"   = { "dynamodb:LeadingKeys" = ["user/*"] }
        "ForAllValues:StringEquals" = { "dynamodb:Attributes" = ["pk", "password_hash"] }
        Null                        = { "dynamodb:LeadingKeys" = "false", "dynamodb:Attributes" = "false" }
    }]
    error_message = "Of a person, login changes the password's hash and nothing else."
  }

  # What is open is what the contract opens.
  assert {
    condition = toset(flatten([
      for path, methods in jsondecode(aws_api_gateway_rest_api.this.body).paths : [for method, _ in methods : "${method} ${path}"]
      ])) == toset(concat(
      flatten([for path, methods in yamldecode(file("../openapi.yaml")).paths : [for method, _ in methods : "${method} ${path}"]]),
      [for path, _ in yamldecode(file("../openapi.yaml")).paths : "x-amazon-apigateway-any-method ${path}"],
    ))
    error_message = "The gateway has the contract's routes, and on each path an answer to any other method."
  }
  assert {
    condition = alltrue(flatten([
      for path, methods in jsondecode(aws_api_gateway_rest_api.this.body).paths : [
        for method, operation in methods :
        strcontains(operation["x-amazon-apigateway-integration"].uri, ":function:bellwether-prod-${method == "x-amazon-apigateway-any-method" ? "reject-method" : one([for name, _ in aws_lambda_function.this : name if operation.operationId == name || startswith(operation.operationId, "${name}-")])}:live/invocations")
      ]
    ]))
    error_message = "An operation leads to the function that its operationId begins with, by the alias."
  }
  assert {
    condition     = length(regexall("\"(oneOf|anyOf|allOf|not|additionalProperties|nullable|discriminator|exclusiveMinimum|exclusiveMaximum|examples?|headers|x-scope|securitySchemes|servers)\":", aws_api_gateway_rest_api.this.body)) == 0
    error_message = "API Gateway does not know these words of OpenAPI, or takes them otherwise than they are meant."
  }
  assert {
    condition     = alltrue([for permission in merge(aws_lambda_permission.route, { reject = aws_lambda_permission.reject }) : permission.principal == "apigateway.amazonaws.com" && startswith(permission.source_arn, "arn:aws:execute-api:eu-central-1:123456789012:abcdef1234/v1/") && permission.qualifier == "live"])
    error_message = "Only this API's stage invokes functions, by the alias."
  }
  assert {
    condition     = aws_lambda_permission.rotation.principal == "secretsmanager.amazonaws.com" && aws_lambda_permission.rotation.source_account == "123456789012"
    error_message = "Only this account's Secrets Manager rotates."
  }
  assert {
    condition = alltrue([
      for kind, response in jsondecode(aws_api_gateway_rest_api.this.body)["x-amazon-apigateway-gateway-responses"] :
      jsondecode(response.responseTemplates["application/json"]).status == tonumber(response.statusCode) && toset(keys(jsondecode(response.responseTemplates["application/json"]))) == toset(["type", "title", "status", "detail", "instance", "request_id"])
    ])
    error_message = "What the gateway says itself is a problem document with its own status."
  }
  assert {
    condition = { for kind, response in jsondecode(aws_api_gateway_rest_api.this.body)["x-amazon-apigateway-gateway-responses"] : kind => jsondecode(response.responseTemplates["application/json"]).type if response.statusCode == "404" } == {
      for kind in ["ACCESS_DENIED", "DEFAULT_4XX", "EXPIRED_TOKEN", "INVALID_SIGNATURE", "MISSING_AUTHENTICATION_TOKEN", "RESOURCE_NOT_FOUND"] : kind => "urn:bellwether:problem:not_found"
    }
    error_message = "An unknown path is 404, whatever stands in its Authorization header: the gateway takes it for a signature."
  }
  assert {
    condition = alltrue(flatten([
      for kind, response in jsondecode(aws_api_gateway_rest_api.this.body)["x-amazon-apigateway-gateway-responses"] : [
        for header in ["Content-Type", "Strict-Transport-Security", "X-Content-Type-Options", "Content-Security-Policy", "Cache-Control", "Referrer-Policy", "Cross-Origin-Resource-Policy", "X-Request-Id"] :
        can(response.responseParameters["gatewayresponse.header.${header}"])
      ]
    ]))
    error_message = "What the gateway says itself has the headers of every other answer."
  }
  assert {
    condition     = length(regexall("(?i)authoriz|query|header|context\\.path", aws_api_gateway_stage.this.access_log_settings[0].format)) == 0
    error_message = "The access log has neither tokens nor query strings."
  }
  assert {
    condition     = [for name in ["request_id", "extended_request_id"] : jsondecode(aws_api_gateway_stage.this.access_log_settings[0].format)[name]] == ["$context.requestId", "$context.extendedRequestId"]
    error_message = "Beside the id that a caller may choose the access log has the one that it cannot."
  }
  assert {
    condition     = alltrue([for settings in concat([aws_api_gateway_method_settings.all], values(aws_api_gateway_method_settings.sign_in)) : settings.settings[0].metrics_enabled == false])
    error_message = "The gateway sends no metrics for each method, which are billed."
  }
  assert {
    condition     = aws_cloudwatch_log_group.gateway_execution.name == "API-Gateway-Execution-Logs_abcdef1234/v1" && aws_api_gateway_method_settings.all.settings[0].logging_level == "ERROR"
    error_message = "The group of the execution logs has the name that API Gateway gives it."
  }
  assert {
    condition     = aws_api_gateway_deployment.this.triggers.default_endpoint == "open" && aws_api_gateway_rest_api.this.disable_execute_api_endpoint == false
    error_message = "Without a domain the default endpoint is the only one."
  }
  assert {
    condition     = alltrue([for settings in concat([aws_api_gateway_method_settings.all], values(aws_api_gateway_method_settings.sign_in)) : settings.settings[0].data_trace_enabled == false])
    error_message = "The gateway logs no bodies."
  }
  assert {
    condition     = aws_api_gateway_method_settings.sign_in["POST /login"].method_path == "~1login/POST" && aws_api_gateway_method_settings.sign_in["POST /login"].settings[0].throttling_rate_limit < aws_api_gateway_method_settings.all.settings[0].throttling_rate_limit
    error_message = "Sign-in is held tighter than the rest."
  }

  # What production has.
  assert {
    condition     = length(aws_wafv2_web_acl.this) == 1 && length(aws_kms_key.this) == 4 && length(aws_cloudwatch_metric_alarm.unusual) == 3
    error_message = "Firewall, keys of the account's own and anomaly detection are on unless they are switched off."
  }
  assert {
    condition     = alltrue([for table in aws_dynamodb_table.this : table.deletion_protection_enabled && table.point_in_time_recovery[0].enabled && table.server_side_encryption[0].enabled && table.billing_mode == "PAY_PER_REQUEST"])
    error_message = "Tables are protected from deletion, can be restored to any second, and are encrypted under the account's own key."
  }
  assert {
    condition     = toset([for table, definition in aws_dynamodb_table.this : table if length(definition.ttl) > 0]) == toset(["identities", "summaries"])
    error_message = "Sessions, throttles and hourly points expire, nothing else does."
  }
  assert {
    condition     = toset(flatten([for field in aws_wafv2_web_acl_logging_configuration.this[0].redacted_fields : concat(field.single_header[*].name, [for _ in field.query_string : "query"])])) == toset(["authorization", "cookie", "proxy-authorization", "x-api-key", "x-csrf-token", "query"])
    error_message = "The firewall's log has neither tokens nor query strings."
  }
  assert {
    condition = toset(flatten([for protected in aws_wafv2_web_acl.this[0].data_protection_config[0].data_protection : [for field in protected.field : coalesce(one(coalesce(field.field_keys, [])), field.field_type)] if protected.action == "SUBSTITUTION"])) == toset([
      "BODY", "QUERY_STRING", "authorization", "cookie", "proxy-authorization", "x-api-key", "x-csrf-token",
    ])
    error_message = "Nor have the samples of requests that the console shows, which the log's redaction leaves as they are."
  }

  # What the rules compare: a path after these transformations.
  assert {
    condition = alltrue([
      for path in [
        "/v1/login", "/v1/login/", "/v1/login//", "//v1/login", "/v1//login", "/v1/oauth/token", "/v1/oauth/token/", "/v1/oauth/revoke", "v1/login",
      ] : can(regex(local.sign_in_paths, path))
      ]) && alltrue([
      for path in ["/v1/logins", "/v1/tests/login", "/v1/oauth", "/v1/users", "/v1/tests/x/conversions", "/v1x/login"] : !can(regex(local.sign_in_paths, path))
    ])
    error_message = "The sign-in rate counts every form of the paths where somebody proves who they are, and no other."
  }
  assert {
    condition = [
      for rule in aws_wafv2_web_acl.this[0].rule : [for transformation in rule.statement[0].rate_based_statement[0].scope_down_statement[0].regex_match_statement[0].text_transformation : "${transformation.priority} ${transformation.type}"]
      if rule.name == "sign-in-rate"
    ] == [["0 URL_DECODE", "1 LOWERCASE", "2 NORMALIZE_PATH_WIN"]]
    error_message = "A path is decoded, put in lower case and rid of doubled slashes, dots and backslashes before it is compared."
  }
  assert {
    condition = toset(flatten([
      for rule in aws_wafv2_web_acl.this[0].rule : [for override in try(rule.statement[0].managed_rule_group_statement[0].rule_action_override, []) : override.name]
    ])) == toset(["SizeRestrictions_BODY", "NoUserAgent_HEADER", "CrossSiteScripting_BODY"])
    error_message = "Just the managed rules that would block the product itself only count."
  }
  assert {
    condition     = aws_wafv2_web_acl.this[0].association_config[0].request_body[0].api_gateway[0].default_size_inspection_limit == "KB_64"
    error_message = "The firewall reads 64 KB of a body."
  }
  assert {
    condition     = length(aws_cloudwatch_metric_alarm.function_errors) == length(aws_lambda_function.this) && length(aws_cloudwatch_metric_alarm.function_throttles) == length(aws_lambda_function.this)
    error_message = "Every function has its alarms."
  }
  assert {
    condition     = aws_secretsmanager_secret_rotation.keys.rotate_immediately && aws_secretsmanager_secret_rotation.keys.rotation_rules[0].automatically_after_days == 30
    error_message = "The first rotation makes the first key, and the next one comes by itself."
  }
  assert {
    condition     = alltrue([for secret in aws_secretsmanager_secret.keys : secret.recovery_window_in_days == 30])
    error_message = "Deleted keys can be brought back for 30 days."
  }
  assert {
    condition = {
      metric  = "${aws_cloudwatch_metric_alarm.schedule.namespace} ${aws_cloudwatch_metric_alarm.schedule.metric_name} ${aws_cloudwatch_metric_alarm.schedule.statistic}"
      of      = aws_cloudwatch_metric_alarm.schedule.dimensions
      when    = "${aws_cloudwatch_metric_alarm.schedule.comparison_operator} ${aws_cloudwatch_metric_alarm.schedule.threshold}"
      seconds = aws_cloudwatch_metric_alarm.schedule.period * aws_cloudwatch_metric_alarm.schedule.evaluation_periods
      silence = aws_cloudwatch_metric_alarm.schedule.treat_missing_data
      tells   = aws_cloudwatch_metric_alarm.schedule.alarm_actions
      } == {
      metric  = "AWS/Lambda Invocations Sum"
      of      = tomap({ FunctionName = "bellwether-prod-summarize-tests" })
      when    = "LessThanThreshold 1"
      seconds = 900
      silence = "breaching"
      tells   = toset([aws_sns_topic.alarms.arn])
    }
    error_message = "An alarm rings when the schedule has not run for 15 minutes."
  }
  assert {
    condition     = alltrue([for group in concat(values(aws_cloudwatch_log_group.function), [aws_cloudwatch_log_group.gateway, aws_cloudwatch_log_group.gateway_execution]) : group.retention_in_days == 365 && group.kms_key_id != null])
    error_message = "Logs are kept for a year, under the account's own key."
  }
}

# What functions count, and the objectives of requests.
run "metrics_and_objectives" {
  command = plan

  assert {
    condition     = toset([for function in aws_lambda_function.this : function.environment[0].variables.METRICS_NAMESPACE]) == toset(["Bellwether/prod"])
    error_message = "Functions count under one namespace."
  }
  assert {
    condition = { for name, alarm in aws_cloudwatch_metric_alarm.unusual : name => one([
      for query in alarm.metric_query : join(" ", concat([query.metric[0].namespace, query.metric[0].metric_name], values(coalesce(query.metric[0].dimensions, {})))) if length(query.metric) == 1
      ]) } == {
      FailedSignIns    = "Bellwether/prod SignIns failed"
      ThrottledSignIns = "Bellwether/prod SignIns throttled"
      TokenRefusals    = "Bellwether/prod TokenRefusals"
    }
    error_message = "What is unusual is looked for in what functions count."
  }

  # Each half: what it divides by what, over which window, when there is too little, and from which rate.
  assert {
    condition = { for name, alarm in aws_cloudwatch_metric_alarm.slo : name => join(" ", [
      one([for query in alarm.metric_query : query.metric[0].metric_name if query.id == "bad"]),
      one([for query in alarm.metric_query : query.metric[0].metric_name if query.id == "requests"]),
      join("/", distinct([for query in alarm.metric_query : query.metric[0].period if length(query.metric) == 1])),
      alarm.evaluation_periods,
      one([for query in alarm.metric_query : query.expression if query.return_data == true]),
      alarm.threshold,
      ]) } == {
      availability-fast-long    = "Faults Requests 3600 1 IF(requests >= 300, 100 * bad / requests / 0.1, 0) 14.4"
      availability-fast-short   = "Faults Requests 300 1 IF(requests >= 1, 100 * bad / requests / 0.1, 0) 14.4"
      availability-medium-long  = "Faults Requests 21600 1 IF(requests >= 600, 100 * bad / requests / 0.1, 0) 6"
      availability-medium-short = "Faults Requests 1800 1 IF(requests >= 1, 100 * bad / requests / 0.1, 0) 6"
      availability-slow-long    = "Faults Requests 86400 3 IF(requests >= 3000, 100 * bad / requests / 0.1, 0) 1"
      availability-slow-short   = "Faults Requests 21600 1 IF(requests >= 1, 100 * bad / requests / 0.1, 0) 1"
      latency-fast-long         = "SlowRequests Requests 3600 1 IF(requests >= 300, 100 * bad / requests / 1, 0) 14.4"
      latency-fast-short        = "SlowRequests Requests 300 1 IF(requests >= 1, 100 * bad / requests / 1, 0) 14.4"
      latency-medium-long       = "SlowRequests Requests 21600 1 IF(requests >= 600, 100 * bad / requests / 1, 0) 6"
      latency-medium-short      = "SlowRequests Requests 1800 1 IF(requests >= 1, 100 * bad / requests / 1, 0) 6"
      latency-slow-long         = "SlowRequests Requests 86400 3 IF(requests >= 3000, 100 * bad / requests / 1, 0) 1"
      latency-slow-short        = "SlowRequests Requests 21600 1 IF(requests >= 1, 100 * bad / requests / 1, 0) 1"
    }
    error_message = "99.9 % without 5xx and 99 % in time, over three pairs of windows."
  }
  assert {
    condition = alltrue(flatten([for alarm in aws_cloudwatch_metric_alarm.slo : [
      for query in alarm.metric_query : query.metric[0].namespace == "Bellwether/prod" && query.metric[0].stat == "Sum" && length(coalesce(query.metric[0].dimensions, {})) == 0 if length(query.metric) == 1
    ]]))
    error_message = "Objectives are of all requests: sums without a dimension."
  }
  assert {
    condition = alltrue([for alarm in aws_cloudwatch_metric_alarm.slo :
      length(coalesce(alarm.alarm_actions, [])) + length(coalesce(alarm.ok_actions, [])) == 0 && alarm.comparison_operator == "GreaterThanThreshold" && alarm.treat_missing_data == "notBreaching"
    ])
    error_message = "Half of a pair tells nobody, and silence is health."
  }
  assert {
    condition = { for name, alarm in aws_cloudwatch_composite_alarm.slo : name => [alarm.alarm_actions == toset([aws_sns_topic.alarms.arn]), regex("^(?:Page|Ticket)[^:]*", alarm.alarm_description)] } == {
      availability-fast   = [true, "Page, now"]
      availability-medium = [true, "Page, within the hour"]
      availability-slow   = [true, "Ticket, within the day"]
      latency-fast        = [true, "Page, now"]
      latency-medium      = [true, "Page, within the hour"]
      latency-slow        = [true, "Ticket, within the day"]
    }
    error_message = "The two of a pair together tell the topic, and how urgent it is."
  }
  assert {
    condition     = aws_cloudwatch_composite_alarm.slo["availability-fast"].alarm_description == "Page, now: more than 1.44 % of requests are answered with 5xx. The error budget of 30 days is gone in 2 days at this rate."
    error_message = "An alarm says the share that raises it."
  }

  # CloudWatch refuses a window that is longer than this, and so does no plan.
  assert {
    condition = alltrue([
      for window in concat(
        flatten([for alarm in aws_cloudwatch_metric_alarm.slo : [for query in alarm.metric_query : [{ period = query.metric[0].period, periods = alarm.evaluation_periods }] if length(query.metric) == 1]]),
        flatten([for alarms in [aws_cloudwatch_metric_alarm.unusual, aws_cloudwatch_metric_alarm.function_errors, aws_cloudwatch_metric_alarm.table_throttles, aws_cloudwatch_metric_alarm.table_errors] : [
          for alarm in alarms : [for query in alarm.metric_query : [{ period = query.metric[0].period, periods = alarm.evaluation_periods }] if length(query.metric) == 1]
        ]]),
        flatten([for alarms in [aws_cloudwatch_metric_alarm.gateway, aws_cloudwatch_metric_alarm.function_throttles, aws_cloudwatch_metric_alarm.function_duration, { it = aws_cloudwatch_metric_alarm.rotation }, { it = aws_cloudwatch_metric_alarm.dead_letters }, { it = aws_cloudwatch_metric_alarm.schedule }] : [
          for alarm in alarms : [{ period = alarm.period, periods = alarm.evaluation_periods }]
        ]]),
      ) : window.period % 60 == 0 && window.period <= 86400 && window.period * window.periods <= (window.period < 3600 ? 86400 : 604800)
    ])
    error_message = "A period is a multiple of 60 s up to a day; all periods together are a day at most, from periods of an hour on seven."
  }
}

run "metrics_off" {
  command = plan
  variables {
    metrics        = false
    anomaly_alarms = false
    slo_alarms     = false
  }

  assert {
    condition     = toset([for function in aws_lambda_function.this : function.environment[0].variables.METRICS_NAMESPACE]) == toset([""])
    error_message = "Without a namespace functions count nothing."
  }
  assert {
    condition     = length(aws_cloudwatch_metric_alarm.unusual) + length(aws_cloudwatch_metric_alarm.slo) + length(aws_cloudwatch_composite_alarm.slo) == 0 && !strcontains(jsonencode(local.graphs), "Bellwether/prod")
    error_message = "What reads metrics is not made without them."
  }
}

run "fewest_requests" {
  command = plan
  variables {
    slo_min_requests = { fast = 70, medium = 167, slow = 1000 }
  }

  assert {
    condition     = [for burn in ["fast", "medium", "slow"] : regex("[0-9]+", one([for query in aws_cloudwatch_metric_alarm.slo["latency-${burn}-long"].metric_query : query.expression if query.id == "burn"]))] == ["70", "167", "1000"]
    error_message = "The long window asks for as many requests as are set."
  }
}

run "dev_costs_nothing_while_idle" {
  command = plan
  variables {
    environment         = "dev"
    waf                 = false
    customer_keys       = false
    anomaly_alarms      = false
    function_alarms     = false
    slo_alarms          = false
    deletion_protection = false
  }

  assert {
    condition     = !output.waf
    error_message = "make smoke does not look for a firewall that is off."
  }
  assert {
    condition     = length(aws_cloudwatch_metric_alarm.slo) + length(aws_cloudwatch_composite_alarm.slo) + length(aws_wafv2_web_acl.this) + length(aws_wafv2_web_acl_association.this) + length(aws_kms_key.this) + length(aws_cloudwatch_metric_alarm.unusual) + length(aws_cloudwatch_metric_alarm.function_errors) + length(aws_cloudwatch_metric_alarm.function_duration) == 0
    error_message = "What is switched off is not made."
  }
  assert {
    condition     = aws_sns_topic.alarms.kms_master_key_id == null
    error_message = "Under AWS's own key for SNS, CloudWatch could not publish."
  }
  assert {
    condition     = alltrue([for secret in aws_secretsmanager_secret.keys : secret.recovery_window_in_days == 0]) && alltrue([for table in aws_dynamodb_table.this : !table.deletion_protection_enabled])
    error_message = "What is destroyed is gone at once: the name of a secret that can still be brought back cannot be taken again."
  }
  assert {
    condition     = aws_cloudwatch_metric_alarm.schedule.treat_missing_data == "breaching"
    error_message = "The schedule is watched everywhere."
  }
}

run "a_domain_of_its_own_and_administration_from_some_networks" {
  command = plan
  variables {
    admin_networks  = ["192.0.2.0/24", "2001:db8::/48"]
    waf_modes       = { admin_networks = "count", common = "count" }
    domain          = { name = "ab.example.com", certificate_arn = "arn:aws:acm:eu-central-1:123456789012:certificate/1", zone_id = "Z1", truststore_uri = "s3://trust/ca.pem" }
    allowed_origins = ["https://app.example.com"]
  }
  override_resource {
    target          = aws_api_gateway_domain_name.this
    override_during = plan
    values          = { regional_domain_name = "d-1.execute-api.eu-central-1.amazonaws.com", regional_zone_id = "Z2" }
  }

  assert {
    condition     = output.domain == "ab.example.com" && length(output.admin_networks) == 2 && output.waf
    error_message = "make smoke tries old TLS where there is a domain, and knows that administration may be closed to it."
  }
  assert {
    condition     = aws_api_gateway_rest_api.this.disable_execute_api_endpoint
    error_message = "With a domain, the default name is off: it would pass by mutual TLS and the minimum of TLS."
  }
  assert {
    condition     = aws_api_gateway_deployment.this.triggers.default_endpoint == "closed"
    error_message = "A domain that is added makes a deployment: before one, the default name stays on."
  }
  assert {
    condition     = keys(aws_route53_record.this) == ["A"] && aws_api_gateway_domain_name.this[0].endpoint_configuration[0].ip_address_type == "ipv4"
    error_message = "Where the endpoint answers to IPv4 alone, there is no AAAA record."
  }
  assert {
    condition     = aws_api_gateway_domain_name.this[0].security_policy == "TLS_1_2" && aws_api_gateway_domain_name.this[0].mutual_tls_authentication[0].truststore_uri == "s3://trust/ca.pem"
    error_message = "TLS is 1.2 at least, and clients show certificates."
  }
  assert {
    condition     = aws_api_gateway_base_path_mapping.this[0].base_path == "v1" && output.url == "https://ab.example.com/v1"
    error_message = "Paths are the same under either name."
  }
  assert {
    condition     = aws_lambda_function.this["login"].environment[0].variables.CUSTOM_DOMAIN == "ab.example.com" && aws_lambda_function.this["login"].environment[0].variables.ALLOWED_ORIGINS == "https://app.example.com"
    error_message = "Functions know the domain, and who may call with cookies."
  }

  assert {
    condition     = aws_wafv2_ip_set.admin["IPV4"].addresses == toset(["192.0.2.0/24"]) && aws_wafv2_ip_set.admin["IPV6"].addresses == toset(["2001:db8::/48"])
    error_message = "Networks are told apart by their kind."
  }
  assert {
    condition     = length([for rule in aws_wafv2_web_acl.this[0].rule : rule if rule.name == "admin-networks" && length(flatten(rule.action[*].count)) == 1 && length(flatten(rule.action[*].block)) == 0]) == 1
    error_message = "A rule's mode is a variable."
  }
  assert {
    condition     = length([for rule in aws_wafv2_web_acl.this[0].rule : rule if rule.name == "common" && length(flatten(rule.override_action[*].count)) == 1]) == 1
    error_message = "A managed group's mode is a variable."
  }
  assert {
    condition     = alltrue([for path in ["/v1/users", "/v1/users/", "/v1/users/x", "/v1//users", "//v1/clients"] : can(regex(local.admin_paths, path))]) && !can(regex(local.admin_paths, "/v1/tests")) && !can(regex(local.admin_paths, "/v1/usersx"))
    error_message = "Administrative paths are those that the contract gives to users:write."
  }
  assert {
    condition = [
      for rule in aws_wafv2_web_acl.this[0].rule : [for transformation in rule.statement[0].and_statement[0].statement[0].regex_match_statement[0].text_transformation : "${transformation.priority} ${transformation.type}"]
      if rule.name == "admin-networks"
    ] == [["0 URL_DECODE", "1 LOWERCASE", "2 NORMALIZE_PATH_WIN"]]
    error_message = "An administrative path is compared in the same form as one of sign-in."
  }
}

run "a_domain_that_answers_to_ipv6" {
  command = plan
  variables {
    domain = { name = "ab.example.com", certificate_arn = "arn:aws:acm:eu-central-1:123456789012:certificate/1", zone_id = "Z1", ipv6 = true }
  }
  override_resource {
    target          = aws_api_gateway_domain_name.this
    override_during = plan
    values          = { regional_domain_name = "d-1.execute-api.eu-central-1.amazonaws.com", regional_zone_id = "Z2" }
  }

  assert {
    condition     = keys(aws_route53_record.this) == ["A", "AAAA"] && [for endpoint in [aws_api_gateway_domain_name.this[0], aws_api_gateway_rest_api.this] : endpoint.endpoint_configuration[0].ip_address_type] == ["dualstack", "dualstack"]
    error_message = "An AAAA record is there, and both endpoints answer to it."
  }
}

run "a_schedule_of_its_own" {
  command = plan
  variables {
    summarize_schedule       = "rate(1 hour)"
    schedule_silence_minutes = 120
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.schedule.period * aws_cloudwatch_metric_alarm.schedule.evaluation_periods == 7200
    error_message = "The alarm waits for as long as is set."
  }
}
