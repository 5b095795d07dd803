# The functions and tables. Each function has its memory (MB), its timeout (s), the p99 of its duration that sets off an
# alarm (ms; null for none), and the actions that its role may take on tables, indexes and secrets. A test compares both
# maps with functions/, openapi.yaml and the schema of the crate. This file is read without the rest of the module, so
# keep it literal.
locals {
  functions = {
    answer-privacy-requests = {
      memory  = 512
      timeout = 300
      p99_ms  = null
      tables = {
        tests                = "GetItem PutItem Query"
        events               = "DeleteItem PutItem Query"
        accounts             = "BatchGetItem DeleteItem PutItem"
        "accounts/directory" = "Query"
        privacy              = "DeleteItem GetItem PutItem Query"
        "privacy/pending"    = "Query"
        audit                = "PutItem"
      }
      secrets = { privacy = "GetSecretValue PutSecretValue", receipts = "GetSecretValue PutSecretValue" }
    }
    assign-variant = {
      memory  = 512
      timeout = 5
      p99_ms  = 200
      tables  = { tests = "GetItem", events = "BatchGetItem PutItem", accounts = "BatchGetItem", privacy = "Query", audit = "PutItem" }
      secrets = { public = "GetSecretValue", privacy = "GetSecretValue" }
    }
    create-client = {
      memory  = 256
      timeout = 5
      p99_ms  = 200
      tables  = { identities = "ConditionCheckItem PutItem UpdateItem", audit = "PutItem" }
      secrets = { public = "GetSecretValue" }
    }
    create-test = {
      memory  = 256
      timeout = 5
      p99_ms  = 200
      tables  = { tests = "GetItem PutItem", identities = "ConditionCheckItem GetItem UpdateItem", privacy = "Query", audit = "PutItem" }
      secrets = { public = "GetSecretValue", privacy = "GetSecretValue" }
    }
    create-user = {
      memory  = 256
      timeout = 5
      p99_ms  = 1000
      tables  = { identities = "ConditionCheckItem GetItem PutItem UpdateItem", audit = "PutItem" }
      secrets = { public = "GetSecretValue" }
    }
    evaluate-tests = {
      memory  = 512
      timeout = 5
      p99_ms  = 500
      tables = {
        tests        = "BatchGetItem GetItem"
        "tests/live" = "Query"
        events       = "BatchGetItem PutItem"
        accounts     = "BatchGetItem"
        privacy      = "Query"
        audit        = "PutItem"
      }
      secrets = { public = "GetSecretValue", privacy = "GetSecretValue" }
    }
    export-metrics = {
      memory  = 512
      timeout = 15
      p99_ms  = 2000
      tables  = { tests = "Query", summaries = "BatchGetItem", identities = "GetItem", audit = "PutItem" }
      secrets = { public = "GetSecretValue" }
    }
    get-results = {
      memory  = 1769
      timeout = 29
      p99_ms  = 5000
      tables = {
        tests                = "BatchGetItem GetItem"
        "accounts/directory" = "Query"
        events               = "Query"
        summaries            = "BatchGetItem PutItem Query"
        audit                = "PutItem"
      }
      secrets = { public = "GetSecretValue" }
    }
    get-test = {
      memory  = 256
      timeout = 5
      p99_ms  = 200
      tables  = { tests = "GetItem", audit = "PutItem" }
      secrets = { public = "GetSecretValue" }
    }
    import-accounts = {
      memory  = 512
      timeout = 5
      p99_ms  = 1000
      tables  = { tests = "GetItem PutItem", accounts = "BatchGetItem ConditionCheckItem PutItem", privacy = "Query", audit = "PutItem" }
      secrets = { public = "GetSecretValue", privacy = "GetSecretValue" }
    }
    issue-token = {
      memory  = 256
      timeout = 5
      p99_ms  = 200
      tables  = { identities = "GetItem PutItem UpdateItem", audit = "PutItem" }
      secrets = { private = "GetSecretValue" }
    }
    list-clients = {
      memory  = 256
      timeout = 5
      p99_ms  = 200
      tables  = { identities = "GetItem", "identities/members" = "Query", audit = "PutItem" }
      secrets = { public = "GetSecretValue" }
    }
    list-tests = {
      memory  = 256
      timeout = 5
      p99_ms  = 200
      tables  = { tests = "Query", audit = "PutItem" }
      secrets = { public = "GetSecretValue" }
    }
    list-users = {
      memory  = 256
      timeout = 5
      p99_ms  = 200
      tables  = { identities = "GetItem", "identities/members" = "Query", audit = "PutItem" }
      secrets = { public = "GetSecretValue" }
    }
    login = {
      memory  = 1769
      timeout = 5
      p99_ms  = 1000
      tables  = { identities = "GetItem PutItem UpdateItem", audit = "PutItem" }
      secrets = { private = "GetSecretValue" }
    }
    look-up-accounts = {
      memory  = 512
      timeout = 5
      p99_ms  = 1000
      tables = {
        tests                = "GetItem Query"
        events               = "BatchGetItem Query"
        accounts             = "BatchGetItem"
        "accounts/directory" = "Query"
        privacy              = "Query"
        audit                = "PutItem"
      }
      secrets = { public = "GetSecretValue", privacy = "GetSecretValue" }
    }
    manage-workspace = {
      memory  = 256
      timeout = 5
      p99_ms  = 200
      tables  = { tests = "GetItem PutItem", identities = "ConditionCheckItem GetItem", audit = "PutItem" }
      secrets = { public = "GetSecretValue" }
    }
    plan-test = {
      memory  = 1769
      timeout = 5
      p99_ms  = 200
      tables  = { audit = "PutItem" }
      secrets = { public = "GetSecretValue" }
    }
    publish-keys = {
      memory  = 256
      timeout = 5
      p99_ms  = 200
      tables  = {}
      secrets = { public = "GetSecretValue" }
    }
    record-conversion = {
      memory  = 512
      timeout = 5
      p99_ms  = 200
      tables = {
        tests        = "BatchGetItem GetItem"
        "tests/live" = "Query"
        events       = "BatchGetItem PutItem"
        accounts     = "BatchGetItem"
        privacy      = "Query"
        audit        = "PutItem"
      }
      secrets = { public = "GetSecretValue", privacy = "GetSecretValue" }
    }
    reject-method = {
      memory  = 256
      timeout = 5
      p99_ms  = 200
      tables  = {}
      secrets = {}
    }
    request-privacy = {
      memory  = 256
      timeout = 29
      p99_ms  = 5000
      tables = {
        tests      = "GetItem Query"
        events     = "Query"
        accounts   = "BatchGetItem"
        privacy    = "GetItem PutItem Query UpdateItem"
        identities = "ConditionCheckItem GetItem"
        audit      = "PutItem"
      }
      secrets = { public = "GetSecretValue", privacy = "GetSecretValue" }
    }
    revoke-token = {
      memory  = 256
      timeout = 5
      p99_ms  = 200
      tables  = { identities = "GetItem UpdateItem", audit = "PutItem" }
      secrets = {}
    }
    rotate-keys = {
      memory  = 256
      timeout = 60
      p99_ms  = null
      tables  = { audit = "PutItem" }
      secrets = { private = "DescribeSecret GetSecretValue PutSecretValue UpdateSecretVersionStage", public = "GetSecretValue PutSecretValue" }
    }
    summarize-tests = {
      memory  = 1769
      timeout = 900
      p99_ms  = null
      tables = {
        tests                = "GetItem PutItem UpdateItem"
        "tests/running"      = "Query"
        "accounts/directory" = "Query"
        events               = "Query"
        summaries            = "GetItem PutItem Query"
        audit                = "PutItem"
      }
      secrets = {}
    }
    update-client = {
      memory  = 256
      timeout = 5
      p99_ms  = 200
      tables  = { identities = "ConditionCheckItem GetItem PutItem", audit = "PutItem" }
      secrets = { public = "GetSecretValue" }
    }
    update-test = {
      memory  = 256
      timeout = 5
      p99_ms  = 200
      tables  = { tests = "GetItem PutItem", identities = "ConditionCheckItem GetItem", privacy = "Query", audit = "PutItem" }
      secrets = { public = "GetSecretValue", privacy = "GetSecretValue" }
    }
    update-user = {
      memory  = 256
      timeout = 5
      p99_ms  = 1000
      tables  = { identities = "ConditionCheckItem GetItem PutItem UpdateItem", audit = "PutItem" }
      secrets = { public = "GetSecretValue" }
    }
  }

  tables = {
    tests = { key = ["pk", "sk"], ttl = null, indexes = {
      running = { key = ["shard", "aggregated_at"], include = null }
      live    = { key = ["live_in", "live_until"], include = null }
    } }
    events    = { key = ["pk", "sk"], ttl = null, indexes = {} }
    summaries = { key = ["pk", "sk"], ttl = "expires_at", indexes = {} }
    identities = { key = ["pk"], ttl = "expires_at", indexes = { members = { key = ["member_of", "member"], include = [
      "user_id", "email", "role", "client_id", "name", "scopes", "secret_ids", "workspace", "disabled", "revision", "created_at",
    ] } } }
    audit    = { key = ["pk", "sk"], ttl = null, indexes = {} }
    privacy  = { key = ["pk", "sk"], ttl = "expires_at", indexes = { pending = { key = ["pending_in", "due_at"], include = null } } }
    accounts = { key = ["pk"], ttl = "expires_at", indexes = { directory = { key = ["listed_in", "place"], include = ["unit_id", "account"] } } }
  }

  # Conditions on `identities`, which contains password hashes and roles next to sessions and counts of attempts: the
  # beginnings of the keys that each action of a function may use and, for some, the only attributes that it may name.
  # Everything else is denied. A test compares the list with the functions above. It also checks that public functions change
  # no item of a user or workspace, with one exception: sign-in replaces a password's hash by a stronger hash.
  leading_keys = {
    create-client = [
      { actions = "ConditionCheckItem", keys = "user/*" },
      { actions = "PutItem", keys = "client/*" },
      { actions = "UpdateItem", keys = "quota/*" },
    ]
    create-test = [
      { actions = "ConditionCheckItem GetItem", keys = "user/*" },
      { actions = "UpdateItem", keys = "quota/*" },
    ]
    create-user = [
      { actions = "ConditionCheckItem GetItem", keys = "user/*" },
      { actions = "PutItem", keys = "user/* workspace/*" },
      { actions = "UpdateItem", keys = "quota/* workspace/*" },
    ]
    export-metrics = [{ actions = "GetItem", keys = "counter/*" }]
    issue-token = [
      { actions = "GetItem", keys = "client/* session/* user/*" },
      { actions = "PutItem UpdateItem", keys = "session/*" },
    ]
    list-clients = [{ actions = "GetItem", keys = "user/*" }]
    list-users   = [{ actions = "GetItem", keys = "user/*" }]
    login = [
      { actions = "GetItem", keys = "throttle/* user/*" },
      { actions = "PutItem", keys = "session/* throttle/*" },
      { actions = "UpdateItem", keys = "counter/* throttle/*" },
      { actions = "UpdateItem", keys = "user/*", attributes = "pk password_hash" },
    ]
    manage-workspace = [{ actions = "ConditionCheckItem GetItem", keys = "user/*" }]
    request-privacy  = [{ actions = "ConditionCheckItem GetItem", keys = "user/*" }]
    revoke-token     = [{ actions = "GetItem UpdateItem", keys = "session/*" }]
    update-client = [
      { actions = "ConditionCheckItem", keys = "user/*" },
      { actions = "GetItem", keys = "client/* user/*" },
      { actions = "PutItem", keys = "client/*" },
    ]
    update-test = [{ actions = "ConditionCheckItem GetItem", keys = "user/*" }]
    update-user = [
      { actions = "ConditionCheckItem GetItem PutItem", keys = "user/*" },
      { actions = "UpdateItem", keys = "workspace/*" },
    ]
  }

  # Functions that are invoked asynchronously: events that fail go to the dead-letter queue.
  asynchronous = ["answer-privacy-requests", "summarize-tests"]
}
