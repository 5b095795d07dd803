# For production. All other settings have the defaults of the module, which are those of production. Add your own
# account_id (or TF_VAR_account_id), domain, admin_networks and alarm_emails in a *.auto.tfvars file.
region      = "eu-central-1"
environment = "prod"
