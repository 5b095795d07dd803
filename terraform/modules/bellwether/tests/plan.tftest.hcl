# Checks a plan without a cloud: names, least privilege, open routes, and the effect of the variables.
mock_provider "aws" {
  source          = "./tests/mocks"
  override_during = plan
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
override_resource {
  target          = aws_secretsmanager_secret.keys["privacy"]
  override_during = plan
  values          = { arn = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:privacy-Ab1Cd2" }
}
override_resource {
  target          = aws_secretsmanager_secret.keys["receipts"]
  override_during = plan
  values          = { arn = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:receipts-Ab1Cd2" }
}

variables {
  account     = { id = "123456789012", region = "eu-central-1" }
  environment = "prod"
}

run "production" {
  command = plan
  variables {
    tags = { Team = "growth" }
  }

  assert {
    condition     = output.waf && output.domain == null && length(output.admin_networks) == 0
    error_message = "The outputs must report the firewall, domain and networks, which make smoke reads."
  }

  # Names.
  assert {
    condition     = alltrue([for name, function in aws_lambda_function.this : function.function_name == "bellwether-prod-${name}"])
    error_message = "The name of a function must be name-environment-key."
  }
  assert {
    condition     = alltrue([for function in aws_lambda_function.this : length(function.function_name) <= 64])
    error_message = "Names of functions and roles must have at most 64 characters, AWS's limit."
  }
  assert {
    condition = alltrue([
      for name, table in aws_dynamodb_table.this :
      table.name == "${aws_lambda_function.this["login"].environment[0].variables.TABLE_PREFIX}-${name}"
    ])
    error_message = "The name of a table must be TABLE_PREFIX and its key, as the crate expects."
  }
  assert {
    condition     = aws_lambda_function.this["login"].environment[0].variables.ISSUER == "https://abcdef1234.execute-api.eu-central-1.amazonaws.com/v1"
    error_message = "The default issuer must be the URL of the API."
  }
  assert {
    condition     = alltrue([for function in aws_lambda_function.this : function.reserved_concurrent_executions == -1])
    error_message = "By default, no concurrency may be reserved."
  }
  assert {
    condition = alltrue([
      for function in aws_lambda_function.this :
      (
        function.architectures == tolist(["arm64"]) &&
        function.runtime == "provided.al2023" &&
        function.tracing_config[0].mode == "Active"
      )
    ])
    error_message = "Functions must run on arm64 and provided.al2023, with tracing."
  }

  assert {
    condition = alltrue([
      for resource in concat(
        values(aws_cloudwatch_composite_alarm.slo), [aws_cloudwatch_composite_alarm.down], values(aws_cloudwatch_metric_alarm.slo),
        values(aws_cloudwatch_metric_alarm.gateway), values(aws_cloudwatch_metric_alarm.function_errors), aws_cloudwatch_metric_alarm.waf,
        values(aws_cloudwatch_metric_alarm.function_throttles), values(aws_cloudwatch_metric_alarm.function_duration),
        values(aws_cloudwatch_metric_alarm.table_errors), values(aws_cloudwatch_metric_alarm.table_throttles),
        values(aws_cloudwatch_metric_alarm.unusual), [aws_cloudwatch_metric_alarm.schedule, aws_cloudwatch_metric_alarm.rotation],
        [aws_cloudwatch_metric_alarm.privacy, aws_cloudwatch_metric_alarm.dead_letters],
        values(aws_cloudwatch_log_group.function), aws_cloudwatch_log_group.waf,
        [aws_cloudwatch_log_group.gateway, aws_cloudwatch_log_group.gateway_execution], values(aws_dynamodb_table.this),
        values(aws_iam_role.function), [aws_iam_role.scheduler], values(aws_kms_key.this), values(aws_lambda_function.this),
        [aws_api_gateway_rest_api.this, aws_api_gateway_stage.this], values(aws_secretsmanager_secret.keys), [aws_sns_topic.alarms],
        [aws_sns_topic.results, aws_cloudwatch_event_bus.notices, aws_cloudwatch_event_rule.notices], [aws_sqs_queue.dead_letters], aws_wafv2_web_acl.this,
      ) : resource.tags == tomap({ Application = "bellwether", Environment = "prod", ManagedBy = "terraform", Team = "growth" })
    ])
    error_message = "Every resource must have the tags of the deployment."
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
    error_message = "No action may contain a wildcard."
  }
  assert {
    condition = alltrue(flatten([
      for policy in aws_iam_role_policy.function : [
        for statement in jsondecode(policy.policy).Statement :
        !strcontains(trimsuffix(statement.Resource, ":log-stream:*"), "*") || alltrue([for action in statement.Action : startswith(action, "xray:")])
      ]
    ]))
    error_message = "Only X-Ray, which has no resource-level permissions, and the streams of a function's own log group may use a wildcard."
  }
  assert {
    condition = toset([
      for name, policy in aws_iam_role_policy.function : name
      if strcontains(policy.policy, "secret:private-")
    ]) == toset(["issue-token", "login", "rotate-keys"])
    error_message = "Only login, issue-token and rotate-keys may read the private keys."
  }
  assert {
    condition = {
      for kind in ["private", "public", "privacy", "receipts"] : kind => flatten([
        for name, policy in aws_iam_role_policy.function : [
          for statement in jsondecode(policy.policy).Statement : name
          if strcontains(statement.Resource, "secret:${kind}-") &&
          anytrue([for action in statement.Action : !contains(["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"], action)])
        ]
      ])
      } == {
      private  = ["rotate-keys"]
      public   = ["rotate-keys"]
      privacy  = ["answer-privacy-requests"]
      receipts = ["answer-privacy-requests"]
    }
    error_message = "Only rotate-keys may write signing keys. Only answer-privacy-requests may write the other two secrets."
  }
  assert {
    condition = toset([
      for name, policy in aws_iam_role_policy.function : name if strcontains(policy.policy, "secret:privacy-")
      ]) == toset([
      "answer-privacy-requests", "assign-variant", "create-test", "evaluate-tests", "import-accounts", "look-up-accounts",
      "record-conversion", "request-privacy", "update-test",
    ])
    error_message = "Only functions that store or look up accounts, or answer privacy requests, may read the key of pseudonyms."
  }
  assert {
    condition = alltrue([
      for name, policy in aws_iam_role_policy.function :
      strcontains(policy.policy, "secret:privacy-") == anytrue([
        for statement in jsondecode(policy.policy).Statement :
        endswith(statement.Resource, "table/bellwether-prod-privacy") && contains(statement.Action, "dynamodb:Query")
      ])
    ])
    error_message = "A function that reads the erased accounts must be able to read the key of pseudonyms. No other function may read it."
  }
  assert {
    condition = toset([
      for name, policy in aws_iam_role_policy.function : name if strcontains(policy.policy, "secret:receipts-")
    ]) == toset(["answer-privacy-requests"])
    error_message = "Only answer-privacy-requests may read the key that signs receipts."
  }
  assert {
    condition = (
      { for name, function in aws_lambda_function.this : name => function.environment[0].variables.PRIVACY_KEY_SECRET
        if can(function.environment[0].variables.PRIVACY_KEY_SECRET) } == {
        for name, function in local.functions : name => "bellwether-prod/keys-privacy" if can(function.secrets.privacy)
      } &&
      [
        for name, function in aws_lambda_function.this :
        [name, function.environment[0].variables.RECEIPT_KEY_SECRET, function.environment[0].variables.BACKUP_DAYS]
        if can(function.environment[0].variables.RECEIPT_KEY_SECRET)
      ] == [["answer-privacy-requests", "bellwether-prod/keys-receipts", "35"]]
    )
    error_message = "Functions must get the names of the secrets that they may read. Receipts must state how long backups are kept."
  }
  assert {
    condition = alltrue(flatten([
      for policy in aws_iam_role_policy.function : [
        for statement in jsondecode(policy.policy).Statement : statement.Action == ["dynamodb:PutItem"]
        if endswith(statement.Resource, "-audit")
      ]
    ]))
    error_message = "The only action on audit must be PutItem."
  }
  assert {
    condition = {
      for name, policy in aws_iam_role_policy.function : name => [
        for statement in jsondecode(policy.policy).Statement : trimprefix(split("/", statement.Resource)[1], "bellwether-prod-")
        if strcontains(join(" ", statement.Action), "Delete")
      ] if strcontains(policy.policy, "Delete")
    } == { answer-privacy-requests = ["accounts", "events", "privacy"] }
    error_message = "Only answer-privacy-requests may delete: accounts, events and requests."
  }
  assert {
    condition     = !strcontains(join("", [for policy in aws_iam_role_policy.function : policy.policy]), "Scan")
    error_message = "No function may scan."
  }
  assert {
    condition = {
      for name, schedule in aws_scheduler_schedule.this :
      schedule.name => [schedule.schedule_expression, schedule.target[0].retry_policy[0].maximum_retry_attempts]
      } == {
      bellwether-prod-answer-privacy-requests = ["rate(5 minutes)", 3]
      bellwether-prod-summarize-tests         = ["rate(5 minutes)", 3]
    }
    error_message = "Tests must be aggregated and privacy requests answered every 5 minutes."
  }
  assert {
    condition = toset(keys(local.scheduled)) == toset(local.asynchronous) && (
      length(jsondecode(aws_iam_role_policy.scheduler.policy).Statement[0].Resource) == length(local.scheduled)
    )
    error_message = "The schedules may invoke their functions only. Runs that fail must go to the dead-letter queue."
  }
  assert {
    condition = alltrue([
      for name, policy in aws_iam_role_policy.function :
      length([
        for statement in jsondecode(policy.policy).Statement :
        statement if(
          strcontains(join(" ", statement.Action), "logs:") &&
          strcontains(statement.Resource, "/aws/lambda/bellwether-prod-${name}:")
        )
      ]) == 1
    ])
    error_message = "A function must be allowed to write to its own log group only."
  }
  assert {
    condition = alltrue([
      for key in aws_kms_key.this : alltrue([
        for statement in jsondecode(key.policy).Statement :
        can(statement.Condition) && !contains(flatten([statement.Action]), "kms:*") && !strcontains(jsonencode(statement.Principal), "\"*\"")
      ])
    ])
    error_message = "Every statement of a key's policy must have a principal, specific actions and a condition."
  }
  assert {
    condition = alltrue([
      for key in aws_kms_key.this : length(setsubtract(
        ["kms:CreateAlias", "kms:UpdateAlias", "kms:DeleteAlias"],
        flatten([
          for statement in jsondecode(key.policy).Statement :
          statement.Action if(
            statement.Principal == { AWS = "arn:aws:iam::123456789012:root" } &&
            !can(statement.Condition.StringEquals["kms:ViaService"])
          )
        ]),
      )) == 0
    ])
    error_message = "The account must be allowed to manage the alias of a key. Otherwise, the apply fails."
  }
  assert {
    condition = {
      for name in ["logs", "topic"] :
      name => join(
        " ",
        sort(
          flatten([
            for statement in jsondecode(aws_kms_key.this[name].policy).Statement :
            statement.Action
            if can(statement.Principal.Service)
          ])
        )
      )
      } == {
      logs  = "kms:Decrypt* kms:Describe* kms:Encrypt* kms:GenerateDataKey* kms:ReEncrypt*"
      topic = "kms:Decrypt kms:GenerateDataKey*"
    }
    error_message = "CloudWatch Logs and alarms must have the key actions that AWS's documentation lists."
  }
  assert {
    condition = alltrue([
      for group in concat(
        values(aws_cloudwatch_log_group.function), aws_cloudwatch_log_group.waf,
        [aws_cloudwatch_log_group.gateway, aws_cloudwatch_log_group.gateway_execution]
      ) :
      anytrue([
        for pattern in flatten([
          for statement in jsondecode(aws_kms_key.this["logs"].policy).Statement :
          try(statement.Condition.ArnLike["kms:EncryptionContext:aws:logs:arn"], [])
        ]) :
        can(regex("^${replace(pattern, "*", "[^:]*")}$", "arn:aws:logs:eu-central-1:123456789012:log-group:${group.name}"))
      ])
    ])
    error_message = "The policy of the key for logs must match every encrypted log group."
  }

  # Conditions on identities: every statement about that table has the keys of leading_keys, and no other statement has a
  # condition.
  assert {
    condition = alltrue(flatten([
      for name, policy in aws_iam_role_policy.function : [
        for statement in jsondecode(policy.policy).Statement :
        can(statement.Condition) == (statement.Resource == "arn:aws:dynamodb:eu-central-1:123456789012:table/bellwether-prod-identities")
      ]
    ]))
    error_message = "Statements about identities, and only these, must have a condition."
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
    error_message = "Each rule of leading_keys must be one statement of its function's role."
  }
  assert {
    condition = [
      for statement in jsondecode(aws_iam_role_policy.function["login"].policy).Statement : statement.Condition
      if contains(statement.Action, "dynamodb:UpdateItem") &&
      contains(try(statement.Condition["ForAllValues:StringLike"]["dynamodb:LeadingKeys"], []), "user/*")
      ] == [{
        "ForAllValues:StringLike"   = { "dynamodb:LeadingKeys" = ["user/*"] }
        "ForAllValues:StringEquals" = { "dynamodb:Attributes" = ["pk", "password_hash"] }
        Null                        = { "dynamodb:LeadingKeys" = "false", "dynamodb:Attributes" = "false" }
    }]
    error_message = "login may change only the password hash of a user."
  }

  # The routes are those of the contract.
  assert {
    condition = toset(flatten([
      for path, methods in jsondecode(aws_api_gateway_rest_api.this.body).paths : [for method, _ in methods : "${method} ${path}"]
      ])) == toset(concat(
      flatten([for path, methods in yamldecode(file("../../../openapi.yaml")).paths : [for method, _ in methods : "${method} ${path}"]]),
      [for path, _ in yamldecode(file("../../../openapi.yaml")).paths : "x-amazon-apigateway-any-method ${path}"],
    ))
    error_message = "The gateway must have the routes of the contract and, on each path, a response to any other method."
  }
  assert {
    condition = alltrue(flatten([
      for path, methods in jsondecode(aws_api_gateway_rest_api.this.body).paths : [
        for method, operation in methods :
        strcontains(
          operation["x-amazon-apigateway-integration"].uri,
          format(":function:bellwether-prod-%s:live/invocations", method == "x-amazon-apigateway-any-method" ? "reject-method" : one([
            for name, _ in aws_lambda_function.this : name
            if operation.operationId == name || startswith(operation.operationId, "${name}-")
          ])),
        )
      ]
    ]))
    error_message = "An operation must invoke the alias of the function that its operationId begins with."
  }
  assert {
    condition = length(regexall(
      join("", ["\"(", join("|", [
        "oneOf", "anyOf", "allOf", "not", "additionalProperties", "nullable", "discriminator", "exclusiveMinimum",
        "exclusiveMaximum", "examples?", "headers", "x-scope", "securitySchemes", "servers",
      ]), ")\":"]),
      aws_api_gateway_rest_api.this.body,
    )) == 0
    error_message = "The document must not contain OpenAPI keywords that API Gateway rejects or interprets differently."
  }
  assert {
    condition = alltrue([
      for permission in merge(aws_lambda_permission.route, { reject = aws_lambda_permission.reject }) :
      (
        permission.principal == "apigateway.amazonaws.com" &&
        startswith(permission.source_arn, "arn:aws:execute-api:eu-central-1:123456789012:abcdef1234/v1/") &&
        permission.qualifier == "live"
      )
    ])
    error_message = "Only the stage of this API may invoke functions, through the alias."
  }
  assert {
    condition = (
      aws_lambda_permission.rotation.principal == "secretsmanager.amazonaws.com" &&
      aws_lambda_permission.rotation.source_account == "123456789012"
    )
    error_message = "Only Secrets Manager in this account may invoke rotate-keys."
  }
  assert {
    condition = alltrue([
      for kind, response in jsondecode(aws_api_gateway_rest_api.this.body)["x-amazon-apigateway-gateway-responses"] :
      jsondecode(response.responseTemplates["application/json"]).status == tonumber(response.statusCode) &&
      toset(
        keys(jsondecode(response.responseTemplates["application/json"]))
      ) == toset(["type", "title", "status", "detail", "instance", "request_id"])
    ])
    error_message = "A gateway response must be a problem document with the status of the response."
  }
  assert {
    condition = {
      for kind, response in jsondecode(aws_api_gateway_rest_api.this.body)["x-amazon-apigateway-gateway-responses"] :
      kind => jsondecode(response.responseTemplates["application/json"]).type
      if response.statusCode == "404"
      } == {
      for kind in [
        "ACCESS_DENIED", "DEFAULT_4XX", "EXPIRED_TOKEN", "INVALID_SIGNATURE", "MISSING_AUTHENTICATION_TOKEN",
        "RESOURCE_NOT_FOUND"
      ] :
      kind => "urn:bellwether:problem:not_found"
    }
    error_message = "An unknown path must return 404 with any Authorization header, which the gateway treats as a signature."
  }
  assert {
    condition = alltrue(flatten([
      for kind, response in jsondecode(aws_api_gateway_rest_api.this.body)["x-amazon-apigateway-gateway-responses"] : [
        for header in [
          "Content-Type", "Strict-Transport-Security", "X-Content-Type-Options", "Content-Security-Policy", "Cache-Control",
          "Referrer-Policy", "Cross-Origin-Resource-Policy", "X-Request-Id"
        ] :
        can(response.responseParameters["gatewayresponse.header.${header}"])
      ]
    ]))
    error_message = "A gateway response must have the headers of every other response."
  }
  assert {
    condition     = length(regexall("(?i)authoriz|query|header|context\\.path", aws_api_gateway_stage.this.access_log_settings[0].format)) == 0
    error_message = "The access log must contain neither tokens nor query strings."
  }
  assert {
    condition = [
      for name in ["request_id", "extended_request_id"] :
      jsondecode(aws_api_gateway_stage.this.access_log_settings[0].format)[name]
    ] == ["$context.requestId", "$context.extendedRequestId"]
    error_message = "The access log must contain the request id that a caller cannot choose."
  }
  assert {
    condition = alltrue([
      for settings in concat([aws_api_gateway_method_settings.all], values(aws_api_gateway_method_settings.sign_in)) :
      settings.settings[0].metrics_enabled == false
    ])
    error_message = "The gateway must not send metrics of each method, which are billed."
  }
  assert {
    condition = (
      aws_cloudwatch_log_group.gateway_execution.name == "API-Gateway-Execution-Logs_abcdef1234/v1" &&
      aws_api_gateway_method_settings.all.settings[0].logging_level == "ERROR"
    )
    error_message = "The log group of the execution logs must have the name that API Gateway uses."
  }
  assert {
    condition     = aws_api_gateway_deployment.this.triggers.default_endpoint == "open" && aws_api_gateway_rest_api.this.disable_execute_api_endpoint == false
    error_message = "Without a domain, the default endpoint must stay open."
  }
  assert {
    condition = alltrue([
      for settings in concat([aws_api_gateway_method_settings.all], values(aws_api_gateway_method_settings.sign_in)) :
      settings.settings[0].data_trace_enabled == false
    ])
    error_message = "The gateway must not log bodies."
  }
  assert {
    condition = (
      aws_api_gateway_method_settings.sign_in["POST /login"].method_path == "~1login/POST" &&
      aws_api_gateway_method_settings.sign_in[
        "POST /login"
      ].settings[0].throttling_rate_limit < aws_api_gateway_method_settings.all.settings[0].throttling_rate_limit
    )
    error_message = "Routes that check credentials must have a lower rate limit than the others."
  }

  # Settings of production.
  assert {
    condition     = length(aws_wafv2_web_acl.this) == 1 && length(aws_kms_key.this) == 4 && length(aws_cloudwatch_metric_alarm.unusual) == 3
    error_message = "Firewall, customer managed keys and anomaly detection must be on by default."
  }
  assert {
    condition = alltrue([
      for table in aws_dynamodb_table.this :
      (
        table.deletion_protection_enabled &&
        table.point_in_time_recovery[0].enabled &&
        table.point_in_time_recovery[0].recovery_period_in_days == 35 &&
        table.server_side_encryption[0].enabled &&
        table.billing_mode == "PAY_PER_REQUEST"
      )
    ])
    error_message = "Tables must have deletion protection, point-in-time recovery for 35 days and a customer managed key."
  }
  assert {
    condition = toset([
      for table, definition in aws_dynamodb_table.this : table if length(definition.ttl) > 0
    ]) == toset(["accounts", "identities", "privacy", "summaries"])
    error_message = "Only sessions, throttles, hourly points, removed aliases and requests for access may expire."
  }
  assert {
    condition = toset(
      flatten([
        for field in aws_wafv2_web_acl_logging_configuration.this[0].redacted_fields :
        concat(field.single_header[*].name, [for _ in field.query_string : "query"])
      ])
    ) == toset(["authorization", "cookie", "proxy-authorization", "x-api-key", "x-csrf-token", "query"])
    error_message = "The firewall's log must contain neither tokens nor query strings."
  }
  assert {
    condition = toset(
      flatten([
        for protected in aws_wafv2_web_acl.this[0].data_protection_config[0].data_protection :
        [for field in protected.field : coalesce(one(coalesce(field.field_keys, [])), field.field_type)]
        if protected.action == "SUBSTITUTION"
      ])
      ) == toset([
        "BODY", "QUERY_STRING", "authorization", "cookie", "proxy-authorization", "x-api-key", "x-csrf-token",
    ])
    error_message = "The sampled requests must contain neither tokens nor query strings; the redaction of the log does not apply to them."
  }

  # The firewall's rules compare a path after these transformations.
  assert {
    condition = alltrue([
      for path in [
        "/v1/login", "/v1/login/", "/v1/login//", "//v1/login", "/v1//login", "/v1/oauth/token", "/v1/oauth/token/", "/v1/oauth/revoke", "v1/login",
      ] : can(regex(local.sign_in_paths, path))
      ]) && alltrue([
      for path in ["/v1/logins", "/v1/tests/login", "/v1/oauth", "/v1/users", "/v1/tests/x/conversions", "/v1x/login"] : !can(regex(local.sign_in_paths, path))
    ])
    error_message = "The sign-in rate must count every form of the paths that check credentials, and no other path."
  }
  assert {
    condition = [
      for rule in aws_wafv2_web_acl.this[0].rule :
      [
        for transformation in rule.statement[
          0
        ].rate_based_statement[0].scope_down_statement[0].regex_match_statement[0].text_transformation :
        "${transformation.priority} ${transformation.type}"
      ]
      if rule.name == "sign-in-rate"
    ] == [["0 URL_DECODE", "1 LOWERCASE", "2 NORMALIZE_PATH_WIN"]]
    error_message = "A path must be decoded, converted to lower case and normalized before it is compared."
  }
  assert {
    condition = toset(flatten([
      for rule in aws_wafv2_web_acl.this[0].rule :
      [for override in try(rule.statement[0].managed_rule_group_statement[0].rule_action_override, []) : override.name]
    ])) == toset(["SizeRestrictions_BODY", "NoUserAgent_HEADER", "CrossSiteScripting_BODY"])
    error_message = "Only the managed rules that would block legitimate requests may be set to count."
  }
  assert {
    condition = { for rule in aws_wafv2_web_acl.this[0].rule : "${rule.priority} ${rule.name}" => [
      length(flatten(rule.action[*].block)), length(flatten(rule.override_action[*].none)),
      length(flatten(concat(rule.action[*].count, rule.override_action[*].count))),
      ] } == {
      "0 body-size"      = [1, 0, 0]
      "20 ip-reputation" = [0, 1, 0]
      "30 sign-in-rate"  = [1, 0, 0]
      "40 rate"          = [1, 0, 0]
      "50 known-bad"     = [0, 1, 0]
      "60 common"        = [0, 1, 0]
    }
    error_message = "Every rule must block: an own rule by its action, and a managed rule group by the actions of its rules."
  }
  assert {
    condition     = aws_wafv2_web_acl.this[0].association_config[0].request_body[0].api_gateway[0].default_size_inspection_limit == "KB_64"
    error_message = "The firewall must inspect 64 KB of a body."
  }
  assert {
    condition = (
      length(aws_cloudwatch_metric_alarm.function_errors) == length(aws_lambda_function.this) &&
      length(aws_cloudwatch_metric_alarm.function_throttles) == length(aws_lambda_function.this)
    )
    error_message = "Every function must have its alarms."
  }
  assert {
    condition = (
      aws_secretsmanager_secret_rotation.keys.rotate_immediately &&
      aws_secretsmanager_secret_rotation.keys.rotation_rules[0].automatically_after_days == 30
    )
    error_message = "The first rotation must start at once, because it creates the first key, and repeat by itself."
  }
  assert {
    condition     = alltrue([for secret in aws_secretsmanager_secret.keys : secret.recovery_window_in_days == 30])
    error_message = "Deleted keys must be recoverable for 30 days."
  }
  assert {
    condition = {
      metric = join(" ", [
        aws_cloudwatch_metric_alarm.schedule.namespace, aws_cloudwatch_metric_alarm.schedule.metric_name,
        aws_cloudwatch_metric_alarm.schedule.statistic,
      ])
      of      = aws_cloudwatch_metric_alarm.schedule.dimensions
      when    = "${aws_cloudwatch_metric_alarm.schedule.comparison_operator} ${aws_cloudwatch_metric_alarm.schedule.threshold}"
      seconds = aws_cloudwatch_metric_alarm.schedule.period * aws_cloudwatch_metric_alarm.schedule.evaluation_periods
      silence = aws_cloudwatch_metric_alarm.schedule.treat_missing_data
      actions = aws_cloudwatch_metric_alarm.schedule.alarm_actions
      } == {
      metric  = "AWS/Lambda Invocations Sum"
      of      = tomap({ FunctionName = "bellwether-prod-summarize-tests" })
      when    = "LessThanThreshold 1"
      seconds = 900
      silence = "breaching"
      actions = toset([aws_sns_topic.alarms.arn])
    }
    error_message = "The schedule alarm must go off when the schedule has not run for 15 minutes."
  }
  assert {
    condition = {
      metrics = {
        for query in aws_cloudwatch_metric_alarm.privacy.metric_query : query.id => join(" ", [
          query.metric[0].namespace, query.metric[0].metric_name, query.metric[0].stat, query.metric[0].dimensions.FunctionName,
        ]) if length(query.metric) == 1
      }
      value   = [for query in aws_cloudwatch_metric_alarm.privacy.metric_query : query.expression if query.return_data == true]
      when    = "${aws_cloudwatch_metric_alarm.privacy.comparison_operator} ${aws_cloudwatch_metric_alarm.privacy.threshold}"
      periods = [for query in aws_cloudwatch_metric_alarm.privacy.metric_query : query.metric[0].period if length(query.metric) == 1]
      count   = aws_cloudwatch_metric_alarm.privacy.evaluation_periods
      silence = aws_cloudwatch_metric_alarm.privacy.treat_missing_data
      actions = aws_cloudwatch_metric_alarm.privacy.alarm_actions
      } == {
      metrics = {
        errors      = "AWS/Lambda Errors Sum bellwether-prod-answer-privacy-requests"
        invocations = "AWS/Lambda Invocations Sum bellwether-prod-answer-privacy-requests"
      }
      value   = ["invocations - errors"]
      when    = "LessThanThreshold 1"
      periods = [300, 300]
      count   = 6
      silence = "breaching"
      actions = toset([aws_sns_topic.alarms.arn])
    }
    error_message = "The privacy alarm must go off when no run has succeeded for 30 minutes."
  }
  assert {
    condition = alltrue([
      for group in concat(
        values(aws_cloudwatch_log_group.function),
        [aws_cloudwatch_log_group.gateway, aws_cloudwatch_log_group.gateway_execution]
      ) :
      group.retention_in_days == 365 && group.kms_key_id != null
    ])
    error_message = "Logs must be retained for a year and encrypted with a customer managed key."
  }
}

# Metrics that functions record, and the objectives of requests.
run "metrics_and_objectives" {
  command = plan

  assert {
    condition     = toset([for function in aws_lambda_function.this : function.environment[0].variables.METRICS_NAMESPACE]) == toset(["Bellwether/prod"])
    error_message = "All functions must record metrics in one namespace."
  }
  assert {
    condition = { for name, alarm in aws_cloudwatch_metric_alarm.unusual : name => one([
      for query in alarm.metric_query :
      join(
        " ",
        concat([query.metric[0].namespace, query.metric[0].metric_name], values(coalesce(query.metric[0].dimensions, {})))
      )
      if length(query.metric) == 1
      ]) } == {
      FailedSignIns    = "Bellwether/prod SignIns failed"
      ThrottledSignIns = "Bellwether/prod SignIns throttled"
      TokenRefusals    = "Bellwether/prod TokenRefusals"
    }
    error_message = "Anomaly detection must read metrics that functions record."
  }

  # Each window: its metrics, period and number of periods, its expression with the minimum number of requests, its rate.
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
    error_message = "The objectives must be 99.9 % without 5xx and 99 % in time, over three pairs of windows."
  }
  assert {
    condition = alltrue(flatten([for alarm in aws_cloudwatch_metric_alarm.slo : [
      for query in alarm.metric_query :
      (
        query.metric[0].namespace == "Bellwether/prod" &&
        query.metric[0].stat == "Sum" &&
        length(coalesce(query.metric[0].dimensions, {})) == 0
      )
      if length(query.metric) == 1
    ]]))
    error_message = "Objectives must cover all requests: sums without a dimension."
  }
  assert {
    condition = alltrue([for alarm in aws_cloudwatch_metric_alarm.slo :
      length(coalesce(alarm.alarm_actions, [])) + length(coalesce(alarm.ok_actions, [])) == 0 &&
      alarm.comparison_operator == "GreaterThanThreshold" &&
      alarm.treat_missing_data == "notBreaching"
    ])
    error_message = "The alarm of one window must send no notification and treat missing data as healthy."
  }
  assert {
    condition = {
      for name, alarm in aws_cloudwatch_composite_alarm.slo :
      name => [
        alarm.alarm_actions == toset([aws_sns_topic.alarms.arn]), regex("^(?:Page|Ticket)[^:]*", alarm.alarm_description)
      ]
      } == {
      availability-fast   = [true, "Page, now"]
      availability-medium = [true, "Page, within the hour"]
      availability-slow   = [true, "Ticket, within the day"]
      latency-fast        = [true, "Page, now"]
      latency-medium      = [true, "Page, within the hour"]
      latency-slow        = [true, "Ticket, within the day"]
    }
    error_message = "The composite alarm must notify the topic and state the urgency."
  }
  assert {
    condition = aws_cloudwatch_composite_alarm.slo[
      "availability-fast"
    ].alarm_description == "Page, now: more than 1.44 % of requests are answered with 5xx. The error budget of 30 days is gone in 2 days at this rate."
    error_message = "The description of an alarm must state the share that sets it off."
  }

  # CloudWatch rejects longer windows, but only when the configuration is applied.
  assert {
    condition = alltrue([
      for window in concat(
        flatten([
          for alarm in aws_cloudwatch_metric_alarm.slo :
          [
            for query in alarm.metric_query :
            [{ period = query.metric[0].period, periods = alarm.evaluation_periods }]
            if length(query.metric) == 1
          ]
        ]),
        flatten([for alarms in [
          aws_cloudwatch_metric_alarm.unusual, aws_cloudwatch_metric_alarm.function_errors,
          aws_cloudwatch_metric_alarm.table_throttles, aws_cloudwatch_metric_alarm.table_errors,
          { it = aws_cloudwatch_metric_alarm.privacy },
          ] : [
          for alarm in alarms :
          [
            for query in alarm.metric_query :
            [{ period = query.metric[0].period, periods = alarm.evaluation_periods }]
            if length(query.metric) == 1
          ]
        ]]),
        flatten([for alarms in [
          aws_cloudwatch_metric_alarm.gateway, aws_cloudwatch_metric_alarm.function_throttles,
          aws_cloudwatch_metric_alarm.function_duration, { it = aws_cloudwatch_metric_alarm.rotation },
          { it = aws_cloudwatch_metric_alarm.dead_letters }, { it = aws_cloudwatch_metric_alarm.schedule },
          ] : [
          for alarm in alarms : [{ period = alarm.period, periods = alarm.evaluation_periods }]
        ]]),
      ) : window.period % 60 == 0 && window.period <= 86400 && window.period * window.periods <= (window.period < 3600 ? 86400 : 604800)
    ])
    error_message = "A period must be a multiple of 60 s up to a day. All periods together must be at most one day, or seven for periods of hours."
  }
}

run "without_metrics_nothing_reads_or_records_them" {
  command = plan
  variables {
    metrics = false
    alarms  = { anomalies = false, slo = false }
  }

  assert {
    condition     = toset([for function in aws_lambda_function.this : function.environment[0].variables.METRICS_NAMESPACE]) == toset([""])
    error_message = "The namespace must be empty, so that functions record no metrics."
  }
  assert {
    condition = (
      length(
        aws_cloudwatch_metric_alarm.unusual
      ) + length(aws_cloudwatch_metric_alarm.slo) + length(aws_cloudwatch_composite_alarm.slo) == 0 &&
      !strcontains(jsonencode(local.graphs), "Bellwether/prod")
    )
    error_message = "Alarms and graphs that read the metrics must not exist."
  }
}

# Notices, and the invocations for each test.
run "notices_and_invocations_for_each_test" {
  command = plan
  variables {
    result_emails = ["growth@example.com"]
    aggregation   = { tests_per_run = 20 }
  }
  override_resource {
    target          = aws_sns_topic.results
    override_during = plan
    values          = { arn = "arn:aws:sns:eu-central-1:123456789012:results" }
  }

  assert {
    condition = {
      for name, policy in aws_iam_role_policy.function : name => [
        for statement in jsondecode(policy.policy).Statement : "${join(" ", statement.Action)} ${statement.Resource}"
        if length(regexall("events:|lambda:|sns:", join(" ", statement.Action))) > 0
      ] if length(regexall("events:|lambda:|sns:", policy.policy)) > 0
      } == { summarize-tests = [
        "events:PutEvents arn:aws:events:eu-central-1:123456789012:event-bus/bellwether-prod-notices",
        "lambda:InvokeFunction arn:aws:lambda:eu-central-1:123456789012:function:bellwether-prod-summarize-tests:live",
    ] }
    error_message = "Only summarize-tests may send events, to its bus only, and invoke a function, itself only."
  }
  assert {
    condition = {
      for name, function in aws_lambda_function.this : name => [
        for variable in ["EVENT_BUS", "AGGREGATION_FUNCTION", "AGGREGATION_TESTS"] : function.environment[0].variables[variable]
      ] if can(function.environment[0].variables.EVENT_BUS) || can(function.environment[0].variables.AGGREGATION_FUNCTION)
    } == { summarize-tests = ["bellwether-prod-notices", "bellwether-prod-summarize-tests:live", "20"] }
    error_message = "Only summarize-tests must know the bus and the function to invoke."
  }
  assert {
    condition = (
      aws_cloudwatch_event_bus.notices.name == "bellwether-prod-notices" &&
      aws_cloudwatch_event_rule.notices.event_bus_name == "bellwether-prod-notices" &&
      jsondecode(aws_cloudwatch_event_rule.notices.event_pattern) == { source = ["bellwether"] } &&
      aws_cloudwatch_event_target.results.arn == "arn:aws:sns:eu-central-1:123456789012:results" &&
      length(aws_cloudwatch_event_target.results.dead_letter_config) == 1
    )
    error_message = "The rule must pass every notice on to the topic of results, or to the dead-letter queue."
  }
  assert {
    condition = alltrue([
      for name, _ in aws_cloudwatch_event_target.results.input_transformer[0].input_paths :
      strcontains(aws_cloudwatch_event_target.results.input_transformer[0].input_template, "<${name}>")
    ])
    error_message = "The message of the topic must contain every value that the rule selects."
  }
  assert {
    condition = [
      for statement in jsondecode(aws_sns_topic_policy.results.policy).Statement :
      [statement.Principal.Service, statement.Action, statement.Condition.ArnEquals["aws:SourceArn"] == aws_cloudwatch_event_rule.notices.arn]
    ] == [["events.amazonaws.com", "sns:Publish", true]]
    error_message = "Only the rule of this deployment may publish to the topic of results."
  }
  assert {
    condition = anytrue([
      for statement in jsondecode(aws_kms_key.this["topic"].policy).Statement :
      contains(flatten([try(statement.Principal.Service, [])]), "events.amazonaws.com")
    ])
    error_message = "EventBridge must be allowed to use the key of the encrypted topic."
  }
  assert {
    condition = anytrue([
      for statement in jsondecode(aws_sqs_queue_policy.dead_letters.policy).Statement :
      statement.Effect == "Allow" && statement.Principal == { Service = "events.amazonaws.com" } && can(statement.Condition.ArnEquals)
    ])
    error_message = "EventBridge must be allowed to send to the dead-letter queue what it cannot deliver."
  }
  assert {
    condition = (
      [for subscription in aws_sns_topic_subscription.results : "${subscription.protocol} ${subscription.endpoint}"] == ["email growth@example.com"] &&
      length(aws_sns_topic_subscription.email) == 0
    )
    error_message = "result_emails must receive notices and no alarms."
  }
  assert {
    condition     = aws_lambda_function_event_invoke_config.asynchronous["summarize-tests"].maximum_retry_attempts == 1
    error_message = "Lambda must repeat an invocation that fails at most once."
  }
}

run "slo_min_requests_sets_the_minimum_of_the_long_window" {
  command = plan
  variables {
    alarms = { slo_min_requests = { fast = 70, medium = 167, slow = 1000 } }
  }

  assert {
    condition = [
      for burn in ["fast", "medium", "slow"] :
      regex(
        "[0-9]+",
        one([
          for query in aws_cloudwatch_metric_alarm.slo["latency-${burn}-long"].metric_query :
          query.expression
          if query.id == "burn"
        ])
      )
    ] == ["70", "167", "1000"]
    error_message = "The long window must require the configured number of requests."
  }
}

run "dev_has_no_resource_that_costs_money_while_idle" {
  command = plan
  variables {
    environment         = "dev"
    waf                 = { enabled = false }
    customer_keys       = false
    alarms              = { functions = false, anomalies = false, slo = false }
    deletion_protection = false
  }

  assert {
    condition     = !output.waf
    error_message = "The output waf must be false, so that make smoke does not test the firewall."
  }
  assert {
    condition = alltrue([
      for resources in [
        aws_cloudwatch_metric_alarm.slo, aws_cloudwatch_composite_alarm.slo, aws_cloudwatch_metric_alarm.unusual,
        aws_cloudwatch_metric_alarm.function_errors, aws_cloudwatch_metric_alarm.function_duration, aws_kms_key.this,
        aws_wafv2_web_acl.this, aws_wafv2_web_acl_association.this, aws_budgets_budget.this,
      ] : length(resources) == 0
    ])
    error_message = "Resources that are switched off must not exist."
  }
  assert {
    condition     = aws_sns_topic.alarms.kms_master_key_id == null
    error_message = "The topic must not use AWS's own key for SNS, with which CloudWatch could not publish."
  }
  assert {
    condition = (
      alltrue([for secret in aws_secretsmanager_secret.keys : secret.recovery_window_in_days == 0]) &&
      alltrue([for table in aws_dynamodb_table.this : !table.deletion_protection_enabled])
    )
    error_message = "Secrets and tables must be deleted at once, because the name of a recoverable secret cannot be used again."
  }
  assert {
    condition     = aws_cloudwatch_metric_alarm.schedule.treat_missing_data == "breaching"
    error_message = "The schedule must be monitored in every environment."
  }
}

run "a_custom_domain_and_administration_from_some_networks" {
  command = plan
  variables {
    admin_networks = ["192.0.2.0/24", "2001:db8::/48"]
    waf            = { modes = { admin_networks = "count", common = "count" } }
    domain = {
      name           = "ab.example.com", certificate_arn = "arn:aws:acm:eu-central-1:123456789012:certificate/1", zone_id = "Z1",
      truststore_uri = "s3://trust/ca.pem"
    }
    allowed_origins = ["https://app.example.com"]
  }
  override_resource {
    target          = aws_api_gateway_domain_name.this
    override_during = plan
    values          = { regional_domain_name = "d-1.execute-api.eu-central-1.amazonaws.com", regional_zone_id = "Z2" }
  }

  assert {
    condition     = output.domain == "ab.example.com" && length(output.admin_networks) == 2 && output.waf
    error_message = "The outputs must report the domain, networks and firewall, which make smoke reads."
  }
  assert {
    condition     = aws_api_gateway_rest_api.this.disable_execute_api_endpoint
    error_message = "With a domain, the default host name must be off, because it bypasses mutual TLS and the minimum TLS version."
  }
  assert {
    condition     = aws_api_gateway_deployment.this.triggers.default_endpoint == "closed"
    error_message = "Adding a domain must trigger a deployment, with which the default host name is turned off."
  }
  assert {
    condition     = keys(aws_route53_record.this) == ["A"] && aws_api_gateway_domain_name.this[0].endpoint_configuration[0].ip_address_type == "ipv4"
    error_message = "Without IPv6, there must be no AAAA record."
  }
  assert {
    condition = (
      aws_api_gateway_domain_name.this[0].security_policy == "TLS_1_2" &&
      aws_api_gateway_domain_name.this[0].mutual_tls_authentication[0].truststore_uri == "s3://trust/ca.pem"
    )
    error_message = "TLS must be at least 1.2, and clients must present certificates."
  }
  assert {
    condition     = aws_api_gateway_base_path_mapping.this[0].base_path == "v1" && output.url == "https://ab.example.com/v1"
    error_message = "Paths must be the same under both host names."
  }
  assert {
    condition = (
      aws_lambda_function.this["login"].environment[0].variables.CUSTOM_DOMAIN == "ab.example.com" &&
      aws_lambda_function.this["login"].environment[0].variables.ALLOWED_ORIGINS == "https://app.example.com"
    )
    error_message = "Functions must get the domain and the origins that may use cookies."
  }

  assert {
    condition     = aws_wafv2_ip_set.admin["IPV4"].addresses == toset(["192.0.2.0/24"]) && aws_wafv2_ip_set.admin["IPV6"].addresses == toset(["2001:db8::/48"])
    error_message = "Networks must be divided into IPv4 and IPv6."
  }
  assert {
    condition = length([
      for rule in aws_wafv2_web_acl.this[0].rule :
      rule if(
        rule.name == "admin-networks" &&
        length(flatten(rule.action[*].count)) == 1 &&
        length(flatten(rule.action[*].block)) == 0
      )
    ]) == 1
    error_message = "waf.modes must set the mode of a rule."
  }
  assert {
    condition = length([
      for rule in aws_wafv2_web_acl.this[0].rule :
      rule
      if rule.name == "common" && length(flatten(rule.override_action[*].count)) == 1
    ]) == 1
    error_message = "waf.modes must set the mode of a managed rule group."
  }
  assert {
    condition = (
      alltrue([
        for path in ["/v1/users", "/v1/users/", "/v1/users/x", "/v1//users", "//v1/clients"] :
        can(regex(local.admin_paths, path))
      ]) &&
      !can(regex(local.admin_paths, "/v1/tests")) &&
      !can(regex(local.admin_paths, "/v1/usersx"))
    )
    error_message = "Administrative paths must be those of operations with the scope users:write."
  }
  assert {
    condition = [
      for rule in aws_wafv2_web_acl.this[0].rule :
      [
        for transformation in rule.statement[0].and_statement[0].statement[0].regex_match_statement[0].text_transformation :
        "${transformation.priority} ${transformation.type}"
      ]
      if rule.name == "admin-networks"
    ] == [["0 URL_DECODE", "1 LOWERCASE", "2 NORMALIZE_PATH_WIN"]]
    error_message = "An administrative path must be transformed in the same way as a sign-in path."
  }
}

run "a_domain_with_ipv6_has_an_aaaa_record" {
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
    condition = (
      keys(aws_route53_record.this) == ["A", "AAAA"] &&
      [
        for endpoint in [aws_api_gateway_domain_name.this[0], aws_api_gateway_rest_api.this] :
        endpoint.endpoint_configuration[0].ip_address_type
      ] == ["dualstack", "dualstack"]
    )
    error_message = "There must be an AAAA record, and both endpoints must serve IPv6."
  }
}

run "the_schedule_alarm_follows_the_schedule" {
  command = plan
  variables {
    aggregation = { schedule = "rate(1 hour)", silence_minutes = 120 }
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.schedule.period * aws_cloudwatch_metric_alarm.schedule.evaluation_periods == 7200
    error_message = "The alarm must wait for aggregation.silence_minutes."
  }
}

run "privacy_sets_the_schedule_of_erasures_and_the_age_of_backups" {
  command = plan
  variables {
    privacy = { schedule = "rate(10 minutes)", backup_days = 7 }
  }

  assert {
    condition = {
      for name, schedule in aws_scheduler_schedule.this : name => schedule.schedule_expression
    } == { answer-privacy-requests = "rate(10 minutes)", summarize-tests = "rate(5 minutes)" }
    error_message = "privacy.schedule must set the schedule of answer-privacy-requests only."
  }
  assert {
    condition = (
      toset([for table in aws_dynamodb_table.this : table.point_in_time_recovery[0].recovery_period_in_days]) == toset([7]) &&
      aws_lambda_function.this["answer-privacy-requests"].environment[0].variables.BACKUP_DAYS == "7"
    )
    error_message = "privacy.backup_days must limit the backups of every table, and be in receipts."
  }
}

run "a_budget_notifies_the_recipients_of_alarms" {
  command = plan
  variables {
    alarm_emails = ["operations@example.com"]
    budget       = { monthly_usd = 50 }
  }

  assert {
    condition = (
      aws_budgets_budget.this[0].limit_amount == "50" && aws_budgets_budget.this[0].limit_unit == "USD" &&
      aws_budgets_budget.this[0].time_unit == "MONTHLY"
    )
    error_message = "The budget must be the configured number of US dollars a month."
  }
  assert {
    condition = toset([
      for notification in aws_budgets_budget.this[0].notification :
      "${notification.notification_type} ${notification.comparison_operator} ${notification.threshold} ${notification.threshold_type}"
    ]) == toset(["ACTUAL GREATER_THAN 80 PERCENTAGE", "ACTUAL GREATER_THAN 100 PERCENTAGE", "FORECASTED GREATER_THAN 100 PERCENTAGE"])
    error_message = "The budget must notify at 80 % and 100 % of the costs, and at 100 % of the forecast."
  }
  assert {
    condition = alltrue([
      for notification in aws_budgets_budget.this[0].notification :
      notification.subscriber_email_addresses == toset(["operations@example.com"])
    ])
    error_message = "Without recipients of its own, the budget must notify those of the alarms."
  }
}

run "a_budget_can_have_recipients_of_its_own" {
  command = plan
  variables {
    alarm_emails = ["operations@example.com"]
    budget       = { monthly_usd = 50, emails = ["finance@example.com"] }
  }

  assert {
    condition = alltrue([
      for notification in aws_budgets_budget.this[0].notification :
      notification.subscriber_email_addresses == toset(["finance@example.com"])
    ])
    error_message = "The budget must notify its own recipients."
  }
}
