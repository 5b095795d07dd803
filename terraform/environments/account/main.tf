# The settings that an account has once for each region: the role with which API Gateway writes logs. This configuration
# has its own state, so that destroying one deployment does not disable the logs of the others.
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
  region              = var.region
  allowed_account_ids = [var.account_id]

  default_tags {
    tags = { Application = var.name, ManagedBy = "terraform" }
  }
}

variable "account_id" {
  description = "The ID of the AWS account. Credentials of any other account are refused."
  type        = string
  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "account_id must be 12 digits."
  }
}

variable "region" {
  description = "The AWS region, such as eu-central-1."
  type        = string
  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "region must be the name of an AWS region, such as eu-central-1."
  }
}

variable "partition" {
  description = "The AWS partition: aws, aws-cn or aws-us-gov."
  type        = string
  default     = "aws"
  validation {
    condition     = contains(["aws", "aws-cn", "aws-us-gov"], var.partition)
    error_message = "partition must be aws, aws-cn or aws-us-gov."
  }
}

variable "name" {
  description = "The prefix of the role's name."
  type        = string
  default     = "bellwether"
  validation {
    condition     = can(regex("^[a-z][a-z0-9]{1,14}$", var.name))
    error_message = "name must be 2 to 15 lower-case letters and digits, and begin with a letter."
  }
}

variable "permissions_boundary" {
  description = "The ARN of the role's permissions boundary; null for none."
  type        = string
  default     = null
}

resource "aws_iam_role" "gateway_logs" {
  name                 = "${var.name}-gateway-logs-${var.region}"
  description          = "The role with which API Gateway writes logs, in this account and region"
  permissions_boundary = var.permissions_boundary
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "apigateway.amazonaws.com" }
    }]
  })
}

# The managed policy of AWS. API Gateway refuses a role with fewer permissions.
resource "aws_iam_role_policy_attachment" "gateway_logs" {
  role       = aws_iam_role.gateway_logs.name
  policy_arn = "arn:${var.partition}:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs"
}

resource "aws_api_gateway_account" "this" {
  cloudwatch_role_arn = aws_iam_role.gateway_logs.arn
  depends_on          = [aws_iam_role_policy_attachment.gateway_logs]
}

output "gateway_logs_role" {
  description = "The ARN of the role with which API Gateway writes logs."
  value       = aws_iam_role.gateway_logs.arn
}
