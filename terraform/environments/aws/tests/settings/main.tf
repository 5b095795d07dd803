# Reads the settings of dev and prod, so that tests plan with them.
terraform {
  required_version = ">= 1.11"

  required_providers {
    terraform = {
      source = "terraform.io/builtin/terraform"
    }
  }
}

output "of" {
  description = "The settings of each file of variables, by its name without .tfvars."
  value = {
    for file in fileset("${path.module}/../..", "*.tfvars") :
    trimsuffix(file, ".tfvars") => provider::terraform::decode_tfvars(file("${path.module}/../../${file}"))
  }
}
