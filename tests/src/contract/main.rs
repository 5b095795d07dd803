//! Compares documents as data: `openapi.yaml`, the code's tables, Terraform, the workflows, the catalogue of
//! metrics, SECURITY.md and ARCHITECTURE.md. No function runs.

#![expect(clippy::unwrap_used, reason = "a failed setup is a failed test")]

mod bodies;
mod catalogue;
mod deployment;
mod examples;
mod expressions;
mod glossary;
mod operations;
mod problems;
mod promises;
mod reference;
mod structure;
mod workflows;
mod written;
