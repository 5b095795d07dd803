//! The ids of a request, which connect its response, the gateway's log, the function's log and the audit.

use lambda_http::request::RequestContext;
use lambda_http::{Request, RequestExt};
use serde::Deserialize;
use serde_json::value::RawValue;

/// The ids of one request.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RequestId {
    /// API Gateway's `$context.requestId`, which the response repeats, otherwise Lambda's. Empty when neither
    /// has the form of an id. A caller may choose it with the header `x-amzn-requestid`, so it proves nothing.
    pub id: String,
    /// API Gateway's `$context.extendedRequestId`, which a caller can neither choose nor change. Empty for a
    /// request that did not come through API Gateway.
    pub extended: String,
}

impl RequestId {
    /// The ids of a request.
    #[must_use]
    pub fn of(request: &Request) -> Self {
        let gateway = match request.request_context_ref() {
            Some(RequestContext::ApiGatewayV1(context)) => context.request_id.clone(),
            Some(RequestContext::ApiGatewayV2(context)) => context.request_id.clone(),
            _ => None,
        };
        let lambda = || request.lambda_context_ref().map(|context| context.request_id.clone());
        let id = gateway.filter(|id| is_id(id)).or_else(|| lambda().filter(|id| is_id(id)));
        let extended = request.extensions().get::<Extended>().map(|extended| extended.0.clone());
        Self { id: id.unwrap_or_default(), extended: extended.unwrap_or_default() }
    }

    /// The ids of an event that did not come through API Gateway.
    #[must_use]
    pub fn of_event(id: impl Into<String>) -> Self {
        Self { id: id.into(), extended: String::new() }
    }
}

/// The extended id of an event, as an extension of its request, because the library does not read it.
#[derive(Debug, Clone)]
pub struct Extended(String);

impl Extended {
    /// The id of an API Gateway event. None when it has none.
    #[must_use]
    pub fn of(payload: &RawValue) -> Option<Self> {
        #[derive(Deserialize)]
        struct Event {
            #[serde(rename = "requestContext")]
            context: Context,
        }
        #[derive(Deserialize)]
        struct Context {
            #[serde(rename = "extendedRequestId")]
            id: String,
        }
        let event: Event = serde_json::from_str(payload.get()).ok()?;
        Some(event.context.id).filter(|id| is_id(id)).map(Self)
    }
}

/// Whether a text has the form of an id: both are UUIDs or base64. Other texts must not get into a log or a
/// header.
fn is_id(text: &str) -> bool {
    let byte_fits = |b: u8| b.is_ascii_alphanumeric() || b"+/=-_".contains(&b);
    (1..=128).contains(&text.len()) && text.bytes().all(byte_fits)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn of(context: &[(&str, &str)]) -> RequestId {
        let text = include_str!("../../../../events/list-tests.json");
        let mut event: Value = serde_json::from_str(text).unwrap();
        for (name, value) in context {
            event["requestContext"][*name] = json!(value);
        }
        let event = serde_json::value::to_raw_value(&event).unwrap();
        let mut request: Request = crate::net::event::read(&event).unwrap().into();
        if let Some(extended) = Extended::of(&event) {
            request.extensions_mut().insert(extended);
        }
        RequestId::of(&request)
    }

    #[test]
    fn the_gateways_own_id_is_stored_beside_the_id_that_a_caller_chose() {
        let chosen = "00000000-0000-4000-8000-000000000000";
        let read = of(&[("requestId", chosen)]);
        assert_eq!((read.id.as_str(), read.extended.as_str()), (chosen, "Jx0abcdEFGHIjkl="));
    }

    #[test]
    fn a_text_without_the_form_of_an_id_is_omitted() {
        for odd in ["", "a b", "a\nb", "a\"b", &"a".repeat(129)] {
            let read = of(&[("requestId", odd), ("extendedRequestId", odd)]);
            assert_eq!(read, RequestId::default(), "{odd:?}");
        }
    }
}
