# The custom domain: at least TLS 1.2, and client certificates if a trust store is set. A custom domain turns off the
# gateway's default host name, so callers cannot bypass either requirement.
locals {
  ipv6 = try(var.domain.ipv6, false)
}

resource "aws_api_gateway_domain_name" "this" {
  count                    = var.domain == null ? 0 : 1
  domain_name              = var.domain.name
  regional_certificate_arn = var.domain.certificate_arn
  security_policy          = "TLS_1_2"
  tags                     = local.tags

  endpoint_configuration {
    types           = ["REGIONAL"]
    ip_address_type = local.ipv6 ? "dualstack" : "ipv4"
  }

  dynamic "mutual_tls_authentication" {
    for_each = var.domain.truststore_uri == null ? [] : [var.domain.truststore_uri]
    content {
      truststore_uri = mutual_tls_authentication.value
    }
  }
}

# The base path is the name of the stage, so paths begin with /v1/ under both host names.
resource "aws_api_gateway_base_path_mapping" "this" {
  count       = var.domain == null ? 0 : 1
  api_id      = aws_api_gateway_rest_api.this.id
  stage_name  = aws_api_gateway_stage.this.stage_name
  domain_name = aws_api_gateway_domain_name.this[0].domain_name
  base_path   = local.stage
}

# Clients prefer an AAAA record, so it exists only if the endpoint serves IPv6.
resource "aws_route53_record" "this" {
  for_each = toset(try(var.domain.zone_id, null) == null ? [] : local.ipv6 ? ["A", "AAAA"] : ["A"])
  zone_id  = var.domain.zone_id
  name     = var.domain.name
  type     = each.key

  alias {
    name                   = aws_api_gateway_domain_name.this[0].regional_domain_name
    zone_id                = aws_api_gateway_domain_name.this[0].regional_zone_id
    evaluate_target_health = false
  }
}
