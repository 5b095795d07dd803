# Calls the module as another configuration may: with for_each, a provider of its own and depends_on.
terraform {
  required_version = ">= 1.11"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100, < 7.0"
    }
  }
}

provider "aws" {
  alias  = "deployments"
  region = "eu-central-1"
}

resource "terraform_data" "before" {}

module "bellwether" {
  source     = "../.."
  for_each   = toset(["blue", "green"])
  providers  = { aws = aws.deployments }
  depends_on = [terraform_data.before]

  account     = { id = "123456789012", region = "eu-central-1" }
  environment = each.key
  tags        = { Team = each.key }
}

output "names" {
  description = "The name of each deployment."
  value       = { for key, deployment in module.bellwether : key => deployment.name }
}

output "secrets" {
  description = "The name of each deployment's secret of private keys."
  value       = { for key, deployment in module.bellwether : key => deployment.private_keys_secret }
}
