# The web application firewall of the stage: a list of rules, each of which blocks or counts (waf.modes).
locals {
  admin_roots = distinct([
    for name, operation in local.operations : split("/", operation.path)[1]
    if try(local.contract.paths[operation.path][lower(operation.method)]["x-scope"], "") == "users:write"
  ])
  sign_in_roots = distinct([for name in local.sign_in : trimprefix(local.operations[name].path, "/")])

  # A path is compared after path_transformations, in this order. API Gateway decodes a path and treats `/login/` as
  # `/login`, so a rule on the untransformed path could be bypassed.
  path_transformations = ["URL_DECODE", "LOWERCASE", "NORMALIZE_PATH_WIN"]
  admin_paths          = "^/*${local.stage}/+(${join("|", local.admin_roots)})(/|$)"
  sign_in_paths        = "^/*${local.stage}/+(${join("|", local.sign_in_roots)})(/|$)"

  # Headers that contain a secret. Neither the log nor the sampled requests in the console show them or a query string.
  # The redaction of the log does not apply to the samples, so data protection is set as well.
  secret_headers = ["authorization", "cookie", "proxy-authorization", "x-api-key", "x-csrf-token"]

  # Each rule matches what is not null: bodies longer than max_bytes, paths that match a pattern, addresses outside the
  # networks of administrators, more requests from one address in five minutes than rate, or a managed rule group. The
  # rules of a group that are listed in `count` only count, because they would block legitimate requests.
  waf_rules = [for rule in concat(
    # The firewall inspects 64 KB of a body, its maximum. No function accepts more.
    [{ name = "body-size", priority = 0, max_bytes = 65536 }],
    [for ip_sets in [values(aws_wafv2_ip_set.admin)[*].arn] :
      { name = "admin-networks", priority = 10, paths = local.admin_paths, outside = ip_sets } if length(var.admin_networks) > 0
    ],
    [
      { name = "ip-reputation", priority = 20, group = "AWSManagedRulesAmazonIpReputationList" },
      { name = "sign-in-rate", priority = 30, paths = local.sign_in_paths, rate = var.waf.rates.sign_in },
      { name = "rate", priority = 40, rate = var.waf.rates.all },
      { name = "known-bad", priority = 50, group = "AWSManagedRulesKnownBadInputsRuleSet" },
      { name = "common", priority = 60, group = "AWSManagedRulesCommonRuleSet", count = [
        "SizeRestrictions_BODY",   # blocks bodies over 8 KB; a batch has up to 64 KB, and body-size blocks longer bodies
        "NoUserAgent_HEADER",      # API clients are not required to send a User-Agent
        "CrossSiteScripting_BODY", # a variant's parameters may contain markup; responses are JSON with nosniff and a strict CSP
      ] },
    ],
    ) : merge(
    { max_bytes = null, paths = null, outside = null, rate = null, group = null, count = [] },
    { mode = var.waf.modes[replace(rule.name, "-", "_")] },
    rule,
  )]
}

resource "aws_wafv2_ip_set" "admin" {
  for_each           = { for version, colon in { IPV4 = false, IPV6 = true } : version => colon if var.waf.enabled && length(var.admin_networks) > 0 }
  name               = "${local.name}-admin-${lower(each.key)}"
  description        = "Networks from which administrative routes can be called"
  scope              = "REGIONAL"
  ip_address_version = each.key
  addresses          = [for network in var.admin_networks : network if strcontains(network, ":") == each.value]
  tags               = local.tags
}

resource "aws_wafv2_web_acl" "this" {
  #checkov:skip=CKV_AWS_192:The rule group against Log4j lookups is present; the check does not resolve a dynamic rule
  count       = var.waf.enabled ? 1 : 0
  name        = local.name
  description = "Protects the API"
  scope       = "REGIONAL"
  tags        = local.tags

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

  dynamic "rule" {
    for_each = local.waf_rules
    content {
      name     = rule.value.name
      priority = rule.value.priority

      # A rule of its own has an action, and a managed rule group an override of the actions of its rules.
      dynamic "action" {
        for_each = rule.value.group == null ? [rule.value.mode] : []
        content {
          dynamic "block" {
            for_each = action.value == "block" ? [1] : []
            content {}
          }
          dynamic "count" {
            for_each = action.value == "count" ? [1] : []
            content {}
          }
        }
      }
      dynamic "override_action" {
        for_each = rule.value.group != null ? [rule.value.mode] : []
        content {
          dynamic "none" {
            for_each = override_action.value == "block" ? [1] : []
            content {}
          }
          dynamic "count" {
            for_each = override_action.value == "count" ? [1] : []
            content {}
          }
        }
      }

      statement {
        dynamic "size_constraint_statement" {
          for_each = rule.value.max_bytes[*]
          content {
            comparison_operator = "GT"
            size                = size_constraint_statement.value
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

        dynamic "and_statement" {
          for_each = rule.value.outside != null ? [rule.value] : []
          content {
            statement {
              regex_match_statement {
                regex_string = and_statement.value.paths
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
                      for_each = and_statement.value.outside
                      content {
                        ip_set_reference_statement {
                          arn = statement.value
                        }
                      }
                    }
                  }
                }
              }
            }
          }
        }

        dynamic "rate_based_statement" {
          for_each = rule.value.rate[*]
          content {
            limit                 = rate_based_statement.value
            evaluation_window_sec = 300
            aggregate_key_type    = "IP"

            dynamic "scope_down_statement" {
              for_each = rule.value.paths[*]
              content {
                regex_match_statement {
                  regex_string = scope_down_statement.value
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
        }

        dynamic "managed_rule_group_statement" {
          for_each = rule.value.group[*]
          content {
            name        = managed_rule_group_statement.value
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
      }

      visibility_config {
        cloudwatch_metrics_enabled = true
        metric_name                = rule.value.name
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
  count        = var.waf.enabled ? 1 : 0
  resource_arn = aws_api_gateway_stage.this.arn
  web_acl_arn  = aws_wafv2_web_acl.this[0].arn
}

resource "aws_wafv2_web_acl_logging_configuration" "this" {
  count                   = var.waf.enabled ? 1 : 0
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
