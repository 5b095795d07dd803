# Names, ARNs and tags.
locals {
  name  = "${var.name}-${var.environment}"
  stage = "v1"
  alias = "live"

  # The host name that AWS assigns is used unless there is a custom domain.
  default_host = "${aws_api_gateway_rest_api.this.id}.execute-api.${var.account.region}.${local.dns_suffix}"
  url          = "https://${var.domain == null ? local.default_host : var.domain.name}/${local.stage}"

  arn = {
    for service in ["apigateway", "dynamodb", "events", "execute-api", "lambda", "logs", "secretsmanager"] :
    service => "arn:${var.account.partition}:${service}:${var.account.region}"
  }
  root           = "arn:${var.account.partition}:iam::${var.account.id}:root"
  tags           = merge({ Application = var.name, Environment = var.environment, ManagedBy = "terraform" }, var.tags)
  dns_suffix     = var.account.partition == "aws-cn" ? "amazonaws.com.cn" : "amazonaws.com"
  issuer         = coalesce(var.tokens.issuer, local.url)
  log_namespace  = "Bellwether/${var.environment}" # the namespace of the metrics that functions write to their logs
  function_names = { for name, _ in local.functions : name => "${local.name}-${name}" }
}
