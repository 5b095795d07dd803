# For production. Add your own account_id (or TF_VAR_account_id), domain, admin_networks and alarms.emails.
region      = "eu-central-1"
environment = "prod"

waf                 = { enabled = true }
customer_keys       = true
alarms              = { functions = true, anomalies = true, slo = true }
deletion_protection = true
log_retention_days  = 365
