# For development: everything that costs money while idle is off, and everything can be deleted.
region      = "eu-central-1"
environment = "dev"

waf                 = false
customer_keys       = false
anomaly_alarms      = false
function_alarms     = false
slo_alarms          = false
deletion_protection = false
log_retention_days  = 14
