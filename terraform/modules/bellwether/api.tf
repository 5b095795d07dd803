# The REST API, built from openapi.yaml. API Gateway gets a smaller document than the contract: routes, required
# parameters, and the rule that a body is a JSON object. Its models support neither oneOf nor additionalProperties, so
# the functions check the fields.
locals {
  contract = yamldecode(file("${path.module}/../../../openapi.yaml"))

  # Every operation, by "METHOD /path". An operationId begins with its function's name.
  operations = merge([
    for path, methods in local.contract.paths : {
      for method, operation in methods : "${upper(method)} ${path}" => {
        path     = path
        method   = upper(method)
        id       = operation.operationId
        function = one([for name, _ in local.functions : name if operation.operationId == name || startswith(operation.operationId, "${name}-")])
        json     = contains(keys(try(operation.requestBody.content, {})), "application/json")
        parameters = [
          for parameter in try(operation.parameters, []) :
          try(local.contract.components.parameters[split("/", parameter["$ref"])[3]], parameter)
        ]
      }
    }
  ]...)
  reject = local.contract["x-reject-method"].function

  # The routes that check credentials. They need no token and have a request body.
  sign_in = toset([
    for name, operation in local.operations : name
    if try(length(local.contract.paths[operation.path][lower(operation.method)].security), 1) == 0 && operation.method == "POST"
  ])

  # Built from strings, because the environment of a function names the API, so the API cannot depend on the functions.
  # The gateway waits 3 s longer than the function's timeout, which begins after a cold start.
  integrations = {
    for name, function in local.functions : name => {
      type       = "aws_proxy"
      httpMethod = "POST"
      uri = format(
        "%s:lambda:path/2015-03-31/functions/%s:%s:function:%s:%s/invocations",
        local.arn.apigateway, local.arn.lambda, var.account.id, local.function_names[name], local.alias,
      )
      passthroughBehavior = "when_no_match"
      timeoutInMillis     = min(29000, 1000 * function.timeout + 3000)
    }
  }

  api_document = {
    openapi = "3.0.1"
    info    = { title = local.name, version = local.contract.info.version }
    paths = {
      for path, methods in local.contract.paths : path => merge(
        { for method, operation in methods : method => merge(
          {
            operationId                             = operation.operationId
            responses                               = { default = { description = "openapi.yaml describes it" } }
            parameters                              = local.sent_parameters["${upper(method)} ${path}"]
            "x-amazon-apigateway-integration"       = local.integrations[local.operations["${upper(method)} ${path}"].function]
            "x-amazon-apigateway-request-validator" = local.operations["${upper(method)} ${path}"].json ? "all" : "parameters"
          },
          { for part in ["requestBody"] : part => {
            required = true
            content  = { "application/json" = { schema = { "$ref" = "#/components/schemas/JsonObject" } } }
          } if local.operations["${upper(method)} ${path}"].json },
        ) },
        { "x-amazon-apigateway-any-method" = {
          responses = { default = { description = "openapi.yaml describes it" } }
          parameters = [
            for name in regexall("{([a-z_]+)}", path) : { name = name[0], in = "path", required = true, schema = { type = "string" } }
          ]
          "x-amazon-apigateway-integration" = local.integrations[local.reject]
        } },
      )
    }
    components = { schemas = { JsonObject = { type = "object" } } }
    "x-amazon-apigateway-request-validators" = {
      all        = { validateRequestBody = true, validateRequestParameters = true }
      parameters = { validateRequestBody = false, validateRequestParameters = true }
    }
    "x-amazon-apigateway-gateway-responses" = local.gateway_responses
  }
  sent_parameters = {
    for name, operation in local.operations : name => [
      for parameter in operation.parameters :
      { name = parameter.name, in = parameter.in, required = try(parameter.required, false), schema = { type = "string" } }
    ]
  }
}

resource "aws_api_gateway_rest_api" "this" {
  name                         = local.name
  description                  = "Bellwether ${var.environment}, from openapi.yaml"
  body                         = jsonencode(local.api_document)
  put_rest_api_mode            = "overwrite"
  disable_execute_api_endpoint = var.domain != null
  tags                         = local.tags

  endpoint_configuration {
    types           = ["REGIONAL"]
    ip_address_type = local.ipv6 ? "dualstack" : null
  }

  lifecycle {
    create_before_destroy = true
    precondition {
      condition     = alltrue([for operation in values(local.operations) : operation.function != null])
      error_message = "openapi.yaml has an operation without a function in locals.tf."
    }
  }
}

# A change of disable_execute_api_endpoint takes effect only with a new deployment, so it triggers one.
resource "aws_api_gateway_deployment" "this" {
  rest_api_id = aws_api_gateway_rest_api.this.id
  triggers = {
    document         = sha256(jsonencode(local.api_document))
    default_endpoint = var.domain == null ? "open" : "closed"
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_api_gateway_stage" "this" {
  #checkov:skip=CKV2_AWS_77:The rule group against Log4j lookups is present; the check does not resolve a dynamic rule
  #checkov:skip=CKV_AWS_120:A response is for one caller at one time; a cache in the gateway would return it to others
  #checkov:skip=CKV2_AWS_4:The log level is set for all methods; the check also requires metrics of each method, which are billed and which no alarm reads
  #checkov:skip=CKV2_AWS_51:The integrations are Lambda functions, which the gateway invokes under IAM; a client certificate applies to HTTP integrations
  rest_api_id          = aws_api_gateway_rest_api.this.id
  deployment_id        = aws_api_gateway_deployment.this.id
  stage_name           = local.stage
  xray_tracing_enabled = true
  tags                 = local.tags

  # The log contains neither the Authorization header nor the query string. `route` is the template, such as
  # /tests/{test_id}. A caller can choose `request_id` by a header, but not `extended_request_id`.
  access_log_settings {
    destination_arn = aws_cloudwatch_log_group.gateway.arn
    format = jsonencode({
      request_id          = "$context.requestId"
      extended_request_id = "$context.extendedRequestId"
      time                = "$context.requestTimeEpoch"
      source              = "$context.identity.sourceIp"
      method              = "$context.httpMethod"
      route               = "$context.resourcePath"
      status              = "$context.status"
      bytes               = "$context.responseLength"
      latency_ms          = "$context.responseLatency"
      integration_status  = "$context.integration.status"
      integration_latency = "$context.integration.latency"
      error               = "$context.error.responseType"
      firewall            = "$context.wafResponseCode"
      trace               = "$context.xrayTraceId"
      tls                 = "$context.tlsVersion"
    })
  }

  # Otherwise, API Gateway creates the group of its execution logs first, without retention and key.
  depends_on = [aws_cloudwatch_log_group.gateway_execution]
}

resource "aws_api_gateway_method_settings" "all" {
  #checkov:skip=CKV_AWS_225:A response is for one caller at one time; a cache in the gateway would return it to others
  rest_api_id = aws_api_gateway_rest_api.this.id
  stage_name  = aws_api_gateway_stage.this.stage_name
  method_path = "*/*"

  settings {
    metrics_enabled        = false # metrics of each method cost 0.30 each a month; those of the stage are free
    logging_level          = "ERROR"
    data_trace_enabled     = false
    throttling_rate_limit  = var.rate_limits.all.rate
    throttling_burst_limit = var.rate_limits.all.burst
  }
}

# Slashes of the path are written as ~1, including the first. API Gateway accepts any other form without effect.
resource "aws_api_gateway_method_settings" "sign_in" {
  #checkov:skip=CKV_AWS_225:A response is for one caller at one time; a cache in the gateway would return it to others
  for_each    = local.sign_in
  rest_api_id = aws_api_gateway_rest_api.this.id
  stage_name  = aws_api_gateway_stage.this.stage_name
  method_path = "${replace(local.operations[each.key].path, "/", "~1")}/${local.operations[each.key].method}"

  settings {
    metrics_enabled        = false # metrics of each method cost 0.30 each a month; those of the stage are free
    logging_level          = "ERROR"
    data_trace_enabled     = false
    throttling_rate_limit  = var.rate_limits.sign_in.rate
    throttling_burst_limit = var.rate_limits.sign_in.burst
  }

  depends_on = [aws_api_gateway_method_settings.all]
}

# The gateway may invoke a function for the routes of that function only, and reject-method for all routes.
resource "aws_lambda_permission" "route" {
  for_each      = local.operations
  statement_id  = each.value.id
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.this[each.value.function].function_name
  qualifier     = aws_lambda_alias.live[each.value.function].name
  principal     = "apigateway.amazonaws.com"
  source_arn    = "${aws_api_gateway_rest_api.this.execution_arn}/${local.stage}/${each.value.method}${replace(each.value.path, "/{[a-z_]+}/", "*")}"
}

resource "aws_lambda_permission" "reject" {
  statement_id  = local.reject
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.this[local.reject].function_name
  qualifier     = aws_lambda_alias.live[local.reject].name
  principal     = "apigateway.amazonaws.com"
  source_arn    = "${aws_api_gateway_rest_api.this.execution_arn}/${local.stage}/*/*"
}
