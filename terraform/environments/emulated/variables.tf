variable "endpoint" {
  description = "The URL of the emulated cloud."
  type        = string
  validation {
    condition     = can(regex("^http://(127\\.0\\.0\\.1|localhost):[0-9]+$", var.endpoint))
    error_message = "endpoint must be http://127.0.0.1:<port>, so that credentials never leave this machine."
  }
}

variable "account_id" {
  description = "The account of the emulated cloud."
  type        = string
  default     = "000000000000"
}

variable "api_id" {
  description = "The id that the emulated cloud gives the REST API: 8 lower-case hexadecimal digits."
  type        = string
  validation {
    condition     = can(regex("^[0-9a-f]{8}$", var.api_id))
    error_message = "api_id must be 8 lower-case hexadecimal digits."
  }
}

variable "package_directory" {
  description = "The folder of the functions' packages."
  type        = string
}

variable "package_bucket" {
  description = "A bucket of the emulated cloud from which functions are deployed."
  type        = string
}

variable "architecture" {
  description = "The architecture of the packages: arm64 or x86_64."
  type        = string
  default     = "x86_64"
}
