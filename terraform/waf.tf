# The web application firewall of the stage. Each rule blocks or counts (waf_modes). The firewall inspects 64 KB of a
# body, its maximum, and blocks longer bodies: no function accepts more.
locals {
  admin_roots = distinct([
    for name, operation in local.operations : split("/", operation.path)[1]
    if try(local.contract.paths[operation.path][lower(operation.method)]["x-scope"], "") == "users:write"
  ])
  # A path is compared after path_transformations, in this order. API Gateway decodes a path and treats `/login/` as
  # `/login`, so a rule on the untransformed path could be bypassed.
  path_transformations = ["URL_DECODE", "LOWERCASE", "NORMALIZE_PATH_WIN"]
  admin_paths          = "^/*${local.stage}/+(${join("|", local.admin_roots)})(/|$)"
  sign_in_paths        = "^/*${local.stage}/+(${join("|", distinct([for name in local.sign_in : trimprefix(local.operations[name].path, "/")]))})(/|$)"

  # Headers that contain a secret. Neither the log nor the sampled requests in the console show them or a query string.
  # The redaction of the log does not apply to the samples, so data protection is set as well.
  secret_headers = ["authorization", "cookie", "proxy-authorization", "x-api-key", "x-csrf-token"]

  # Managed rule groups, each with the rules that only count because they would block legitimate requests.
  managed_rules = {
    ip_reputation = { priority = 20, group = "AWSManagedRulesAmazonIpReputationList", count = [] }
    known_bad     = { priority = 50, group = "AWSManagedRulesKnownBadInputsRuleSet", count = [] }
    common = { priority = 60, group = "AWSManagedRulesCommonRuleSet", count = [
      "SizeRestrictions_BODY",  # blocks bodies over 8 KB; a batch has up to 64 KB, and body_size blocks longer bodies
      "NoUserAgent_HEADER",     # API clients are not required to send a User-Agent
      "CrossSiteScripting_BODY" # a variant's parameters may contain markup; responses are JSON with nosniff and a strict CSP
    ] }
  }
}

resource "aws_wafv2_ip_set" "admin" {
  for_each           = { for family, colon in { IPV4 = false, IPV6 = true } : family => [for network in var.admin_networks : network if strcontains(network, ":") == colon] if var.waf && length(var.admin_networks) > 0 }
  name               = "${local.name}-admin-${lower(each.key)}"
  description        = "Networks from which administrative routes can be called"
  scope              = "REGIONAL"
  ip_address_version = each.key
  addresses          = each.value
}

resource "aws_wafv2_web_acl" "this" {
  #checkov:skip=CKV_AWS_192:The rule group against Log4j lookups is present; the check does not resolve an action that waf_modes sets
  count       = var.waf ? 1 : 0
  name        = local.name
  description = "Protects the API"
  scope       = "REGIONAL"

  default_action {
    allow {}
  }

  # This includes bodies: the log would quote a part of a body in which a rule finds an attack.
  data_protection_config {
    dynamic "data_protection" {
      for_each = concat(
        [for name in local.secret_headers : { type = "SINGLE_HEADER", keys = [name] }],
        [for type in ["QUERY_STRING", "BODY"] : { type = type, keys = null }],
      )
      content {
        action = "SUBSTITUTION"
        field {
          field_type = data_protection.value.type
          field_keys = data_protection.value.keys
        }
      }
    }
  }

  association_config {
    request_body {
      api_gateway {
        default_size_inspection_limit = "KB_64"
      }
    }
  }

  rule {
    name     = "body-size"
    priority = 0

    action {
      dynamic "block" {
        for_each = var.waf_modes.body_size == "block" ? [1] : []
        content {}
      }
      dynamic "count" {
        for_each = var.waf_modes.body_size == "count" ? [1] : []
        content {}
      }
    }

    statement {
      size_constraint_statement {
        comparison_operator = "GT"
        size                = 65536
        field_to_match {
          body {
            oversize_handling = "MATCH"
          }
        }
        text_transformation {
          priority = 0
          type     = "NONE"
        }
      }
    }

    visibility_config {
      cloudwatch_metrics_enabled = true
      metric_name                = "body-size"
      sampled_requests_enabled   = true
    }
  }

  dynamic "rule" {
    for_each = length(var.admin_networks) > 0 ? [1] : []
    content {
      name     = "admin-networks"
      priority = 10

      action {
        dynamic "block" {
          for_each = var.waf_modes.admin_networks == "block" ? [1] : []
          content {}
        }
        dynamic "count" {
          for_each = var.waf_modes.admin_networks == "count" ? [1] : []
          content {}
        }
      }

      statement {
        and_statement {
          statement {
            regex_match_statement {
              regex_string = local.admin_paths
              field_to_match {
                uri_path {}
              }
              dynamic "text_transformation" {
                for_each = local.path_transformations
                content {
                  priority = text_transformation.key
                  type     = text_transformation.value
                }
              }
            }
          }
          statement {
            not_statement {
              statement {
                or_statement {
                  dynamic "statement" {
                    for_each = aws_wafv2_ip_set.admin
                    content {
                      ip_set_reference_statement {
                        arn = statement.value.arn
                      }
                    }
                  }
                }
              }
            }
          }
        }
      }

      visibility_config {
        cloudwatch_metrics_enabled = true
        metric_name                = "admin-networks"
        sampled_requests_enabled   = true
      }
    }
  }

  rule {
    name     = "sign-in-rate"
    priority = 30

    action {
      dynamic "block" {
        for_each = var.waf_modes.sign_in_rate == "block" ? [1] : []
        content {}
      }
      dynamic "count" {
        for_each = var.waf_modes.sign_in_rate == "count" ? [1] : []
        content {}
      }
    }

    statement {
      rate_based_statement {
        limit                 = var.waf_rates.sign_in
        evaluation_window_sec = 300
        aggregate_key_type    = "IP"
        scope_down_statement {
          regex_match_statement {
            regex_string = local.sign_in_paths
            field_to_match {
              uri_path {}
            }
            dynamic "text_transformation" {
              for_each = local.path_transformations
              content {
                priority = text_transformation.key
                type     = text_transformation.value
              }
            }
          }
        }
      }
    }

    visibility_config {
      cloudwatch_metrics_enabled = true
      metric_name                = "sign-in-rate"
      sampled_requests_enabled   = true
    }
  }

  rule {
    name     = "rate"
    priority = 40

    action {
      dynamic "block" {
        for_each = var.waf_modes.rate == "block" ? [1] : []
        content {}
      }
      dynamic "count" {
        for_each = var.waf_modes.rate == "count" ? [1] : []
        content {}
      }
    }

    statement {
      rate_based_statement {
        limit                 = var.waf_rates.all
        evaluation_window_sec = 300
        aggregate_key_type    = "IP"
      }
    }

    visibility_config {
      cloudwatch_metrics_enabled = true
      metric_name                = "rate"
      sampled_requests_enabled   = true
    }
  }

  dynamic "rule" {
    for_each = local.managed_rules
    content {
      name     = replace(rule.key, "_", "-")
      priority = rule.value.priority

      override_action {
        dynamic "none" {
          for_each = var.waf_modes[rule.key] == "block" ? [1] : []
          content {}
        }
        dynamic "count" {
          for_each = var.waf_modes[rule.key] == "count" ? [1] : []
          content {}
        }
      }

      statement {
        managed_rule_group_statement {
          name        = rule.value.group
          vendor_name = "AWS"

          dynamic "rule_action_override" {
            for_each = toset(rule.value.count)
            content {
              name = rule_action_override.value
              action_to_use {
                count {}
              }
            }
          }
        }
      }

      visibility_config {
        cloudwatch_metrics_enabled = true
        metric_name                = replace(rule.key, "_", "-")
        sampled_requests_enabled   = true
      }
    }
  }

  visibility_config {
    cloudwatch_metrics_enabled = true
    metric_name                = local.name
    sampled_requests_enabled   = true
  }
}

resource "aws_wafv2_web_acl_association" "this" {
  count        = var.waf ? 1 : 0
  resource_arn = aws_api_gateway_stage.this.arn
  web_acl_arn  = aws_wafv2_web_acl.this[0].arn
}

resource "aws_wafv2_web_acl_logging_configuration" "this" {
  count                   = var.waf ? 1 : 0
  resource_arn            = aws_wafv2_web_acl.this[0].arn
  log_destination_configs = [aws_cloudwatch_log_group.waf[0].arn]

  dynamic "redacted_fields" {
    for_each = local.secret_headers
    content {
      single_header {
        name = redacted_fields.value
      }
    }
  }
  redacted_fields {
    query_string {}
  }
}
