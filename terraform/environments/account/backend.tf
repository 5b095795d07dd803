# The backend of the state, with the key bellwether/account-<region>.tfstate. `make account` passes bucket, region and key.
terraform {
  backend "s3" {
    encrypt      = true
    use_lockfile = true
  }
}
