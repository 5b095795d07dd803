# For development: everything that costs money while idle is off, and everything can be deleted.
region      = "eu-central-1"
environment = "dev"

waf                 = { enabled = false }
customer_keys       = false
alarms              = { functions = false, anomalies = false, slo = false }
deletion_protection = false
log_retention_days  = 14
