# The backend of the state. `make` passes the bucket, region and key:
#
#   terraform init -backend-config=bucket=<bucket> -backend-config=region=<region> \
#     -backend-config=key=bellwether/<environment>.tfstate
#
# S3 stores the lock (use_lockfile), so no DynamoDB table is needed. Create the bucket once by hand: docs/OPERATIONS.md
# lists the commands.
terraform {
  backend "s3" {
    encrypt      = true
    use_lockfile = true
  }
}
