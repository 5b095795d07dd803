# The budget of the AWS account (budget). It covers the whole account and not only this deployment: a filter on a tag
# matches nothing until someone activates the tag for cost allocation, so such a budget would never notify anyone.
resource "aws_budgets_budget" "this" {
  count        = var.budget == null ? 0 : 1
  name         = local.name
  budget_type  = "COST"
  limit_amount = tostring(var.budget.monthly_usd)
  limit_unit   = "USD"
  time_unit    = "MONTHLY"
  tags         = local.tags

  dynamic "notification" {
    for_each = [
      { type = "ACTUAL", percent = 80 },
      { type = "ACTUAL", percent = 100 },
      { type = "FORECASTED", percent = 100 },
    ]
    content {
      comparison_operator        = "GREATER_THAN"
      notification_type          = notification.value.type
      threshold                  = notification.value.percent
      threshold_type             = "PERCENTAGE"
      subscriber_email_addresses = length(var.budget.emails) > 0 ? var.budget.emails : var.alarm_emails
    }
  }
}
