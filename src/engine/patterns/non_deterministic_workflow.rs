//! Workflow code asks the clock, the dice, the environment or the network itself.
//!
//! A durable workflow is run again from its history after a crash, a deploy or a cache eviction. What gave another answer the second time
//! takes another branch, and the history no longer fits: the workflow is stuck, or does its step twice. Sources: Temporal,
//! "Workflow Definition: deterministic constraints"; Azure, "Durable orchestrator code constraints"; Inngest, "How functions are executed".
//!
//! Shape: a function that is a workflow by its parameter, decorator, base type or the call that registers it; in it, and not inside a
//! recorded step, a call that cannot be replayed.

use super::names::has_word;
use super::{Detector, High, Medium, Sighting, View};
use crate::engine::syntax::words::{self, says};
use crate::engine::syntax::{Call, Id, Kind, Outline, Scope};

pub(super) const DETECTOR: Detector = Detector { id: "non-deterministic-workflow", languages: &[], find };

fn find(view: &View<'_>) -> Vec<Sighting> {
    let o = view.outline;
    if !view.imports_any(&["workflow"]) {
        return Vec::new();
    }
    let mut out = Vec::new();
    for id in o.ids() {
        let what = match &o.node(id).kind {
            Kind::Call(c) => cannot_be_replayed(view, c),
            Kind::Scope { what: Scope::Spawn, .. } if o.language == "go" => Some("a goroutine that the replay does not order"),
            _ => None,
        };
        let Some(what) = what else { continue };
        let Some(sure) = in_workflow(view, id) else { continue };
        if is_recorded(o, id) {
            continue;
        }
        let name = if o.call(id).is_some() { o.callee(id) } else { "go".to_owned() };
        let seen = format!("`{name}` is {what}: when the workflow is replayed it answers differently, and the history no longer fits");
        out.push(view.sighting(id, name, if sure { High } else { Medium }, seen));
    }
    out
}

/// What a call brings in that a replay cannot repeat.
fn cannot_be_replayed(view: &View<'_>, c: &Call<'_>) -> Option<&'static str> {
    let on = words::tail(c.receiver);
    let is = |receivers: &[&str], names: &[&str]| receivers.contains(&on) && names.contains(&c.name);
    // Temporal's TypeScript sandbox gives workflows a clock and dice of its own.
    let sandboxed = view.imports.contains("@temporalio/workflow");
    if is(&["time"], &["Now", "Since", "time", "time_ns", "monotonic"])
        || is(&["datetime", "DateTime", "date"], &["now", "utcnow", "today"])
        || (!sandboxed && is(&["Date", "performance"], &["now"]))
        || (!sandboxed && c.is_new && c.name == "Date" && c.args.is_empty())
        || is(&["System"], &["currentTimeMillis", "nanoTime"])
        || (matches!(c.name, "now" | "systemUTC")
            && says(on, &["instant", "localdatetime", "localdate", "zoneddatetime", "offsetdatetime", "clock", "systemtime", "utc"]))
    {
        return Some("the worker's clock");
    }
    if is(&["rand"], &["Int", "Intn", "Float64", "Int63", "Int31n", "Int63n", "Shuffle", "Perm", "Read"])
        || is(&["random", "secrets"], &["random", "randint", "choice", "uniform", "shuffle", "randrange", "sample", "token_hex", "token_urlsafe"])
        || (!sandboxed && is(&["Math"], &["random"]))
        || is(&["ThreadLocalRandom"], &["current"])
        || (c.is_new && matches!(c.name, "Random" | "SecureRandom"))
        || is(&["uuid"], &["New", "NewString", "NewRandom", "uuid1", "uuid4"])
        || (!sandboxed && is(&["uuid", "crypto"], &["v4", "v1", "randomUUID", "randomBytes"]))
        || is(&["UUID", "Guid", "Uuid"], &["randomUUID", "NewGuid", "new_v4"])
        || (!sandboxed && c.receiver.is_empty() && matches!(c.name, "uuidv4" | "nanoid" | "ulid"))
    {
        return Some("chance");
    }
    if is(&["os"], &["Getenv", "getenv", "LookupEnv", "urandom", "ReadFile"]) || is(&["System"], &["getenv"]) {
        return Some("read from the worker it happens to run on");
    }
    if is(&["time"], &["Sleep", "sleep", "After", "NewTimer", "Tick"]) || is(&["Thread"], &["sleep", "Sleep"]) {
        return Some("a wait that the history does not know");
    }
    let http = is(&["http"], &["Get", "Post", "Do", "get", "post"])
        || is(&["requests", "httpx", "axios", "urllib", "aiohttp"], &["get", "post", "put", "delete", "patch", "request", "urlopen"])
        || (c.receiver.is_empty() && c.name == "fetch")
        || is(&["RestTemplate", "restTemplate", "httpClient"], &["getForObject", "postForObject", "exchange", "send", "GetAsync", "PostAsync"]);
    http.then_some("a remote call outside of an activity")
}

/// The node runs as workflow code; whether that is certain.
fn in_workflow(view: &View<'_>, id: Id) -> Option<bool> {
    let o = view.outline;
    let text = |i: Id| o.ancestors(i).find_map(|a| if let Kind::Type { name } = o.node(a).kind { Some(name) } else { None });
    let mut at = id;
    while let Some(function) = o.closure_of(at) {
        at = function;
        let Kind::Function { name, params, .. } = &o.node(function).kind else { continue };
        if params.iter().any(|p| says_workflow_context(p)) {
            return Some(true);
        }
        if o.decorators(function).any(|(_, c)| is_workflow_mark(c)) {
            return Some(true);
        }
        if name.is_empty() {
            // inngest.createFunction(.., async ({ step }) => ..), restate.workflow({ handlers: .. }), DBOS.registerWorkflow(fn)
            let registered = o.ancestors(function).find_map(|a| o.call(a)).is_some_and(|c| {
                (c.name == "createFunction" && params.iter().any(|p| has_word(p, "step")))
                    || (says(c.name, &["workflow", "registerworkflow", "orchestration", "orchestrator"]) && !says(c.name, &["start*", "signal*", "execute*"]))
            });
            if registered {
                return Some(true);
            }
            continue;
        }
        // Java and Kotlin: `class OrderWorkflowImpl implements OrderWorkflow`, in a file of the workflow side of the client.
        let workflow_side = ["io.temporal.workflow", "com.uber.cadence.workflow"].iter().any(|i| view.imports.contains(i));
        if workflow_side
            && !view.imports.contains("io.temporal.client")
            && text(function).is_some_and(|t| says(t, &["workflow*"]) && !says(t, &["activit*", "test*", "client"]))
        {
            return Some(false);
        }
        if view.imports.contains("@temporalio/workflow") && view.path.contains("workflow") {
            return Some(false);
        }
        return None;
    }
    None
}

fn says_workflow_context(param: &str) -> bool {
    #[rustfmt::skip]
    const TYPES: &[&str] = &[
        "workflow.Context", "restate.WorkflowContext", "restate.Context", "restate.ObjectContext", "WorkflowContext", "ObjectContext",
        "OrchestrationContext", "TaskOrchestrationContext", "DurableOrchestrationContext", "IDurableOrchestrationContext", "DaprWorkflowContext",
    ];
    param.split(|c: char| c.is_whitespace() || matches!(c, ':' | '*' | '&' | ',' | '(' | ')')).any(|word| TYPES.contains(&word))
}

fn is_workflow_mark(c: &Call<'_>) -> bool {
    matches!((words::tail(c.receiver), c.name), ("workflow", "run" | "signal" | "update" | "query" | "defn") | ("DBOS" | "dbos", "workflow"))
        || matches!(c.name, "WorkflowRun" | "WorkflowSignal" | "WorkflowMethod" | "orchestration_trigger" | "OrchestrationTrigger")
}

/// Inside a step whose result goes into the history: `workflow.SideEffect`, `ctx.run`, `step.run`, an activity.
fn is_recorded(o: &Outline<'_>, id: Id) -> bool {
    o.ancestors(id).any(|a| match &o.node(a).kind {
        Kind::Call(c) => {
            (says(
                c.name,
                &[
                    "sideeffect",
                    "side_effect",
                    "mutablesideeffect",
                    "run",
                    "run_step",
                    "runstep",
                    "run_typed",
                    "executeactivity",
                    "execute_activity",
                    "sendevent",
                ],
            ) || matches!(words::tail(c.receiver), "step" | "unsafe"))
                && !says(c.name, &["createfunction"])
        }
        Kind::Scope { what: Scope::With, head } => has_word(head, "unsafe"),
        _ => false,
    })
}

#[cfg(test)]
pub(super) mod tests {
    use crate::engine::patterns::cases::{fires, mends, silent, table};

    table![
        mends(
            "go",
            "package p\n\nimport \"go.temporal.io/sdk/workflow\"\n\nfunc Renewal(ctx workflow.Context, sub Subscription) error {\n\tif time.Now().After(sub.Ends) {\n\t\treturn workflow.ExecuteActivity(ctx, Close, sub.ID).Get(ctx, nil)\n\t}\n\treturn nil\n}\n",
            "package p\n\nimport \"go.temporal.io/sdk/workflow\"\n\nfunc Renewal(ctx workflow.Context, sub Subscription) error {\n\tif workflow.Now(ctx).After(sub.Ends) {\n\t\treturn workflow.ExecuteActivity(ctx, Close, sub.ID).Get(ctx, nil)\n\t}\n\treturn nil\n}\n",
        ),
        fires(
            "go",
            "package p\n\nimport \"go.temporal.io/sdk/workflow\"\n\nfunc Fan(ctx workflow.Context, ids []string) error {\n\tfor _, id := range ids {\n\t\tgo handle(ctx, id)\n\t}\n\treturn nil\n}\n",
        ),
        silent(
            "go",
            "package p\n\nimport \"go.temporal.io/sdk/workflow\"\n\nfunc Order(ctx workflow.Context) (string, error) {\n\tvar id string\n\terr := workflow.SideEffect(ctx, func(ctx workflow.Context) any {\n\t\treturn uuid.NewString()\n\t}).Get(&id)\n\treturn id, err\n}\n",
        ),
        silent(
            "go",
            "package p\n\nimport \"go.temporal.io/sdk/activity\"\n\nfunc Charge(ctx context.Context, order string) error {\n\treturn bank.Charge(ctx, order, time.Now())\n}\n",
        ),
        silent(
            "go",
            "package p\n\nimport \"go.temporal.io/sdk/client\"\n\nfunc start(ctx context.Context, c client.Client) error {\n\t_, err := c.ExecuteWorkflow(ctx, options(uuid.NewString()), Renewal)\n\treturn err\n}\n",
        ),
        mends(
            "python",
            "from temporalio import workflow\n\n@workflow.defn\nclass Renewal:\n    @workflow.run\n    async def run(self, sub):\n        if datetime.now() > sub.ends:\n            await workflow.execute_activity(close, sub.id)\n",
            "from temporalio import workflow\n\n@workflow.defn\nclass Renewal:\n    @workflow.run\n    async def run(self, sub):\n        if workflow.now() > sub.ends:\n            await workflow.execute_activity(close, sub.id)\n",
        ),
        fires("python", "from dbos import DBOS\n\n@DBOS.workflow()\ndef checkout(cart):\n    order = uuid.uuid4()\n    reserve(order, cart)\n"),
        silent("python", "from dbos import DBOS\n\n@DBOS.step()\ndef number():\n    return uuid.uuid4()\n"),
        silent("python", "from temporalio import activity\n\n@activity.defn\nasync def price(sku):\n    return requests.get(PRICES + sku, timeout=3).json()\n",),
        silent(
            "python",
            "from temporalio import workflow\n\n@workflow.defn\nclass Draw:\n    @workflow.run\n    async def run(self):\n        return workflow.random().randint(1, 6)\n",
        ),
        mends(
            "typescript",
            "import { Inngest } from 'inngest';\n\nexport const sync = inngest.createFunction({ id: 'sync' }, { event: 'shop/order' }, async ({ event, step }) => {\n  const reply = await fetch(event.data.url);\n  await step.run('store', () => store(reply));\n});\n",
            "import { Inngest } from 'inngest';\n\nexport const sync = inngest.createFunction({ id: 'sync' }, { event: 'shop/order' }, async ({ event, step }) => {\n  const reply = await step.run('load', () => fetch(event.data.url));\n  await step.run('store', () => store(reply));\n});\n",
        ),
        fires(
            "typescript",
            "import * as restate from '@restatedev/restate-sdk';\n\nasync function pay(ctx: restate.Context, order: Order) {\n  const key = crypto.randomUUID();\n  await ctx.run('charge', () => charge(order, key));\n}\n",
        ),
        silent(
            "typescript",
            "import * as restate from '@restatedev/restate-sdk';\n\nasync function pay(ctx: restate.Context, order: Order) {\n  const key = ctx.rand.uuidv4();\n  await ctx.run('charge', () => charge(order, key, Date.now()));\n}\n",
        ),
        silent(
            "typescript",
            "import { sleep } from '@temporalio/workflow';\n\nexport async function remind(user: string) {\n  const since = Date.now();\n  await sleep('1 day');\n  await acts.remind(user, since);\n}\n",
        ),
        silent(
            "typescript",
            "import { Client } from '@temporalio/client';\n\nexport async function start(client: Client, order: string) {\n  await client.workflow.start(renewal, { workflowId: `renew-${order}-${Date.now()}` });\n}\n",
        ),
        mends(
            "java",
            "import io.temporal.workflow.Workflow;\n\npublic class RenewalWorkflowImpl implements RenewalWorkflow {\n  public void renew(Subscription s) {\n    if (System.currentTimeMillis() > s.ends()) {\n      activities.close(s.id());\n    }\n  }\n}\n",
            "import io.temporal.workflow.Workflow;\n\npublic class RenewalWorkflowImpl implements RenewalWorkflow {\n  public void renew(Subscription s) {\n    if (Workflow.currentTimeMillis() > s.ends()) {\n      activities.close(s.id());\n    }\n  }\n}\n",
        ),
    ];
}
