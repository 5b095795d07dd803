# Responses of the gateway itself are problem documents with the headers of every other response. The gateway treats a
# request for an unknown path as signed by AWS Signature Version 4, and a Bearer token as an invalid signature. The type
# of the gateway response then depends on the header, so all such types and the default for 4xx are mapped to 404. They
# have no other cause here: no route has an authorizer, a signature or a resource policy.
locals {
  problems = {
    insufficient_scope = {
      status = 403
      type   = "insufficient_scope"
      title  = "Not allowed"
      detail = "The gateway accepts no API keys."
    }
    internal = {
      status = 500
      type   = "internal"
      title  = "Internal server error"
      detail = "The cause is logged under this request ID."
    }
    firewall = {
      status = 403
      type   = "insufficient_scope"
      title  = "Not allowed"
      detail = "The firewall blocked this request. Its log contains the reason under this request ID."
    }
    malformed_body = {
      status = 400
      type   = "malformed_body"
      title  = "Malformed request body"
      detail = "Send a JSON object."
    }
    missing_parameter = {
      status = 400
      type   = "malformed_body"
      title  = "The request cannot be read"
      detail = "A required parameter is missing."
    }
    not_found = {
      status = 404
      type   = "not_found"
      title  = "Not found"
      detail = "This path does not exist. openapi.yaml lists all paths."
    }
    not_json = {
      status = 415
      type   = "not_json"
      title  = "Unsupported media type"
      detail = "Send the request body as application/json."
    }
    too_large = {
      status = 413
      type   = "too_large"
      title  = "Request body too large"
      detail = "A request body can have at most 64 KB. Split larger batches."
    }
    too_many = {
      status = 429
      type   = "too_many"
      title  = "Too many requests"
      detail = "Send the same request again in a moment."
    }
    unauthenticated = {
      status = 401
      type   = "unauthenticated"
      title  = "Authentication required"
      detail = "Send an access token in the header `Authorization: Bearer …`. POST /login returns one."
    }
    unavailable = {
      status = 503
      type   = "unavailable"
      title  = "Service unavailable"
      detail = "Nothing is lost. You can send the same request again."
    }
  }

  # The problem of each type of gateway response.
  gateway_problems = { for type, problem in {
    ACCESS_DENIED                  = "not_found"
    API_CONFIGURATION_ERROR        = "internal"
    AUTHORIZER_CONFIGURATION_ERROR = "internal"
    AUTHORIZER_FAILURE             = "internal"
    BAD_REQUEST_BODY               = "malformed_body"
    BAD_REQUEST_PARAMETERS         = "missing_parameter"
    DEFAULT_4XX                    = "not_found"
    DEFAULT_5XX                    = "unavailable"
    EXPIRED_TOKEN                  = "not_found"
    INTEGRATION_FAILURE            = "unavailable"
    INTEGRATION_TIMEOUT            = "unavailable"
    INVALID_API_KEY                = "insufficient_scope"
    INVALID_SIGNATURE              = "not_found"
    MISSING_AUTHENTICATION_TOKEN   = "not_found"
    QUOTA_EXCEEDED                 = "too_many"
    REQUEST_TOO_LARGE              = "too_large"
    RESOURCE_NOT_FOUND             = "not_found"
    THROTTLED                      = "too_many"
    UNAUTHORIZED                   = "unauthenticated"
    UNSUPPORTED_MEDIA_TYPE         = "not_json"
    WAF_FILTERED                   = "firewall"
  } : type => local.problems[problem] }

  gateway_headers = {
    "Content-Type"                 = "'application/problem+json; charset=utf-8'"
    "Strict-Transport-Security"    = "'max-age=63072000; includeSubDomains'"
    "X-Content-Type-Options"       = "'nosniff'"
    "Content-Security-Policy"      = "'default-src 'none'; frame-ancestors 'none''"
    "Cache-Control"                = "'no-store'"
    "Referrer-Policy"              = "'no-referrer'"
    "Cross-Origin-Resource-Policy" = "'same-origin'"
    "X-Request-Id"                 = "context.requestId"
  }
  # `instance` is the route and not the requested path: a template inserts text unescaped, and the caller chooses the
  # path.
  gateway_responses = {
    for kind, problem in local.gateway_problems : kind => {
      statusCode = tostring(problem.status)
      responseParameters = {
        for header, value in merge(local.gateway_headers, contains([429, 503], problem.status) ? { "Retry-After" = "'1'" } : {}) :
        "gatewayresponse.header.${header}" => value
      }
      responseTemplates = { "application/json" = jsonencode({
        type       = "urn:bellwether:problem:${problem.type}"
        title      = problem.title
        status     = problem.status
        detail     = problem.detail
        instance   = "/$context.stage$context.resourcePath"
        request_id = "$context.requestId"
      }) }
    }
  }
}
