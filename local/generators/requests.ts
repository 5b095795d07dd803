// Requests with their required fields only: what has a default in the API is optional in the generated types.
import type { components, operations } from "./contract";

type Schemas = components["schemas"];

export const requests: {
  test: Schemas["NewTest"];
  assignment: Schemas["AssignmentRequest"];
  conversion: Schemas["ConversionRequest"];
} = {
  test: {
    test_id: "pricing-page",
    name: "Pricing page",
    variants: [{ key: "control", weight: 5000, is_control: true }, { key: "calculator", weight: 5000 }],
    goals: [{ key: "demo-booked", kind: "binary" }],
  },
  assignment: { unit_id: "acme.com" },
  conversion: { unit_id: "acme.com", goal: "demo-booked", event_id: "crm-991" },
};

// Each operation by its name: one that is missing does not compile.
type Body<Name extends keyof operations> = operations[Name] extends { requestBody: { content: infer Content } }
  ? Content
  : never;

export const created: Body<"create-test"> = { "application/json": requests.test };
