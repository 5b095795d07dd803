# Credentials of any other account are refused.
provider "aws" {
  region              = var.region
  allowed_account_ids = [var.account_id]
}
