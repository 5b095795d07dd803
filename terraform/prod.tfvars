# For production. Add your own account_id (or TF_VAR_account_id), domain, admin_networks and alarm_emails.
region      = "eu-central-1"
environment = "prod"

waf                 = true
customer_keys       = true
anomaly_alarms      = true
function_alarms     = true
slo_alarms          = true
deletion_protection = true
log_retention_days  = 365
