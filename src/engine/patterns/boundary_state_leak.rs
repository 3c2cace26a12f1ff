//! Internal state of a component crosses its boundary unchanged: the text of a database or upstream error goes into a response.
//!
//! The other side reads it, matches on it and builds on it; it cannot tell "try later" from "never", and sees table names, hosts and
//! queries. Sources: CWE-209; AIP-193; RFC 9457.
//!
//! Shape: inside a handler, the error's text is an argument of what builds an answer, a status, a reply or an error of the contract, and
//! no check of the error's kind stands above it.

use super::taken::{self, Pair};
use super::{Detector, High, Low, Medium, Sighting, View};
use crate::engine::syntax::words::{self, says};
use crate::engine::syntax::{Call, Id, Jump, Kind, Outline};
use crate::engine::verdict::Confidence;

pub(super) const DETECTOR: Detector = Detector { id: "boundary-state-leak", languages: &[], find };

/// What builds an answer to another process.
#[rustfmt::skip]
const ANSWERS: &[&str] = &[
    "response*", "httpexception", "httperror", "errorresponse", "jsonresponse", "jsonify", "problem", "problemdetail*", "statuscode", "withdescription", "httpresponse", "servicevalidationerror",
    "badrequest", "internalservererror", "apierror", "apiexception", "apiresponse", "responseentity", "responsestatusexception", "serviceerror", "reply*", "respond*", "graphqlerror", "rpcexception", "rpcerror",
    "senderror", "abort", "errorinfo", "errordetails",
];

/// Statuses that say that the request was wrong.
const BLAME: &[&str] = &["400", "422", "badrequest", "bad_request", "statusbadrequest", "unprocessableentity", "invalidargument", "invalid_argument"];

fn find(view: &View<'_>) -> Vec<Sighting> {
    let o = view.outline;
    let mut out = Vec::new();
    for (id, call) in o.calls(0) {
        if words::is_log(call) || !answers(call, o.language) {
            continue;
        }
        let Some((error, sure)) = error_around(o, id) else { continue };
        let Some(text) = call.args.iter().map(|a| a.text).chain(fields(o, id)).find(|t| holds_text_of(t, error, call)) else { continue };
        if sorted_out(o, id, error) || in_named_arm(o, id) {
            continue;
        }
        let callee = o.callee(id);
        // What the file already does everywhere is its convention; one more of it is no news.
        let is_habit = view.file.lines().filter(|l| l.contains(call.name) && holds_text_of(l, error, call)).nth(1).is_some();
        // What is wrong with the request is the caller's own to know.
        let blames_caller = call.args.iter().map(|a| a.text).chain([call.receiver, call.name]).any(|t| says(t, BLAME)) && sure != High;
        let sure = if is_habit || blames_caller { Low } else { sure };
        let shown: String = text.split_ascii_whitespace().collect::<Vec<_>>().join(" ").chars().take(40).collect();
        let seen = format!(
            "`{shown}` hands the inner error's own text to the caller through `{callee}`: the contract now holds what the storage or the upstream says"
        );
        out.push(view.sighting(id, callee, sure, seen));
    }
    for pair in taken::pairs(view) {
        out.extend(untranslated(view, &pair));
    }
    out
}

/// An error was turned into one of the interface on its way out, and leaves as it came now.
fn untranslated(view: &View<'_>, pair: &Pair<'_>) -> Option<Sighting> {
    #[rustfmt::skip]
    const TURNS: &[&str] = &[
        "tostatuserror", "to_status", "tostatus", "toapierror", "to_api_error", "maperror", "map_error", "translate*", "sanitize*", "convert_error", "converterror",
        "tohttperror", "to_http_error", "redact*", "publicerror", "public_error", "togrpcerror", "to_grpc_error", "apierror", "torpcerror", "friendly*",
    ];
    let (b, a) = (pair.before, pair.after);
    let turned = |o: &Outline<'_>, i: Id| match o.node(i).kind {
        Kind::Jump { what: Jump::Return | Jump::Throw, .. } => o.calls(i).find(|(_, c)| says(c.name, TURNS)).map(|(_, c)| c.name.to_owned()),
        _ => None,
    };
    let gone = pair.gone(turned);
    let name = turned(b, *gone.first()?)?;
    let raw = |i: Id| match a.node(i).kind {
        Kind::Jump { what: Jump::Return, value } => value.rsplit(',').next().is_some_and(|last| matches!(last.trim(), "err" | "error" | "e" | "ex")),
        Kind::Jump { what: Jump::Throw, value } => matches!(value.trim().trim_end_matches(';'), "e" | "ex" | "err" | "error"),
        _ => false,
    };
    let at = a.within(pair.new).find(|i| raw(*i) && view.touches(*i))?;
    let seen = format!("the error leaves without `{name}` now: the caller gets the text and the kind of what failed inside, and comes to rely on it");
    Some(view.sighting(at, format!("untranslated {name}"), Medium, seen))
}

fn fields<'t>(o: &Outline<'t>, id: Id) -> Vec<&'t str> {
    o.within(id)
        .filter_map(|i| match &o.node(i).kind {
            Kind::Object { fields, .. } => Some(fields.iter().map(|f| f.text).collect::<Vec<_>>()),
            _ => None,
        })
        .flatten()
        .collect()
}

fn answers(call: &Call<'_>, language: &str) -> bool {
    let receiver = words::tail(call.receiver);
    let status = says(call.receiver, &["status"])
        && says(call.name, &["error", "errorf", "internal", "unknown", "unavailable", "invalid_argument", "failed_precondition"]);
    // `res.status(500).json(..)`, `c.JSON(500, ..)`, `http.Error(w, ..)`.
    let written =
        (says(receiver, &["res", "response", "ctx", "c", "reply", "status", "w"]) || call.receiver.contains("status(") || call.receiver.contains(".code("))
            && says(call.name, &["json", "send", "string", "status", "body", "write", "abortwithstatusjson", "indentedjson"]);
    says(call.name, ANSWERS)
        || (says(receiver, ANSWERS)
            && says(call.name, &["of", "error", "status", "body", "badrequest", "internalservererror", "json", "create", "fail*", "from*", "new"]))
        || status
        || written
        || (language == "go" && call.receiver == "http" && call.name == "Error")
}

/// The error at hand: a handler's binding, or a parameter that is an error. How sure: what failed is a store by its type, a store or another process by the call's name, or anything.
fn error_around<'t>(o: &Outline<'t>, id: Id) -> Option<(&'t str, Confidence)> {
    if let Some(handler) = o.handler_of(id)
        && let Kind::Handler { binding, caught, .. } = &o.node(handler).kind
        && !binding.is_empty()
    {
        let leaves = |c: &Call<'_>| words::is_store_write(c) || words::remote(c) > words::Remote::No;
        let inner = o.guarded(handler).iter().any(|g| o.call(*g).is_some_and(leaves) || o.calls(*g).any(|(_, c)| leaves(c)));
        let typed = caught.iter().any(|c| {
            says(c, &["sql*", "database*", "operationalerror", "integrityerror", "psycopg*", "rpcerror", "prisma*", "mongo*", "redis*", "dataaccess*"])
        });
        let upstream = caught.iter().any(|c| says(c, &["requestexception", "httpstatuserror", "axioserror", "restclient*", "webclient*", "feign*"]));
        let sure = if typed {
            High
        } else if inner || upstream {
            Medium
        } else {
            Low
        };
        return Some((binding, sure));
    }
    // `if (error) {`, `switch { case error`: the error is a variable that the branch asks for.
    let branch = o.ancestors(id).find_map(|a| match o.node(a).kind {
        Kind::Branch { condition } if matches!(condition, "error" | "err" | "e") => Some(condition),
        _ => None,
    });
    if let Some(name) = branch {
        return Some((name, Low));
    }
    let function = o.function_of(id)?;
    let Kind::Function { params, .. } = &o.node(function).kind else { return None };
    let param = params.iter().find(|p| says(p, &["exception", "throwable", "error", "err"]))?;
    let name = param
        .split([':', ' '])
        .filter(|w| !w.is_empty() && !matches!(*w, "final" | "error" | "Error"))
        .find(|w| w.starts_with(|c: char| c.is_ascii_lowercase()))?;
    let database = says(param, &["sql*", "database*", "dataaccess*", "persistence*"]) || says(o.function_name(id), &["database", "sql"]);
    Some((name, if database { High } else { Low }))
}

/// Whether a piece of code is the error's text, or has it in it.
fn holds_text_of(text: &str, error: &str, call: &Call<'_>) -> bool {
    let e = error.trim_start_matches('$');
    if e.is_empty() || text.len() > 400 || !says(text, &[e]) {
        return false;
    }
    let plain = text.trim();
    [format!("str({e})"), format!("repr({e})"), format!("{e}.message"), format!("{e}.Message"), format!("{e}.getMessage()"), format!("{e}.to_string()"), format!("{e}.Error()"), format!("{e}->getMessage()"), format!("{{{e}}}"), format!("#{{{e}}}"), format!("${{{e}"), format!("{e}.what()"), format!("{e}.stack"), format!("inspect({e})"), format!("{e}.detail"), format!("{e}.toString()"), format!("{e}.localizedMessage")]
        .iter()
        .any(|f| text.contains(f.as_str()))
        || (text.contains("getMessage()") && text.contains(e))
        // `Errorf(codes.Internal, "lock: %v", err)`
        || (plain == e && says(call.name, &["errorf", "string", "format*"]))
}

/// On the way of a match that names the kind of error: what it says outside has been chosen.
fn in_named_arm(o: &Outline<'_>, id: Id) -> bool {
    o.ancestors(id).any(|a| matches!(o.node(a).kind, Kind::Arm { pattern } if pattern.contains("::") || pattern.contains('.') || pattern.contains("errors")))
}

/// A check of the error's kind stands above and leaves: what comes here has been chosen.
fn sorted_out(o: &Outline<'_>, id: Id, error: &str) -> bool {
    let function = o.function_of(id).unwrap_or(0);
    o.within(function).any(|i| {
        let Kind::Branch { condition } = o.node(i).kind else { return false };
        let asks = says(condition, &[error]) && condition.contains(['(', '.']) && condition != error || says(condition, &["instanceof", "isinfrastructure*"]);
        asks && i < id
            && !o.within(i).contains(&id)
            && o.within(i).any(|j| matches!(o.node(j).kind, Kind::Jump { what: Jump::Throw | Jump::Return, .. }))
            && says(condition, &["is*", "instanceof", "isinstance", "code", "as"])
    })
}

#[cfg(test)]
pub(super) mod tests {
    use crate::engine::patterns::cases::{fires, mends, silent, table};

    table![
        mends(
            "go",
            "package s\n\nfunc (s *server) Get(ctx context.Context, r *Request) (*Flow, error) {\n\tf, err := s.store.Get(ctx, r.Name)\n\tif err != nil {\n\t\treturn nil, err\n\t}\n\treturn f, nil\n}\n",
            "package s\n\nfunc (s *server) Get(ctx context.Context, r *Request) (*Flow, error) {\n\tf, err := s.store.Get(ctx, r.Name)\n\tif err != nil {\n\t\treturn nil, ToStatusError(err, codes.Internal)\n\t}\n\treturn f, nil\n}\n",
        ),
        mends(
            "python",
            "def create(order):\n    try:\n        conn.execute(SQL, order.id)\n    except psycopg.OperationalError as problem:\n        raise HTTPException(status_code=500, detail=str(problem))\n",
            "def create(order):\n    try:\n        conn.execute(SQL, order.id)\n    except psycopg.OperationalError as problem:\n        ref = incident(problem)\n        raise HTTPException(status_code=503, detail=f'try again, {ref}')\n",
        ),
        fires(
            "go",
            "package s\n\nfunc (s *S) Cancel(ctx context.Context, req *pb.R) (*pb.A, error) {\n\trow, err := s.store.LockOrder(ctx, req.Id)\n\tif err != nil {\n\t\treturn nil, status.Errorf(codes.Internal, \"lock order: %v\", err)\n\t}\n\treturn reply(row), nil\n}\n",
        ),
        fires(
            "typescript",
            "export async function create(req: Request, res: Response) {\n  try {\n    await db.insert(req.body);\n  } catch (e) {\n    res.status(500).json({ error: e.message });\n  }\n}\n",
        ),
        fires(
            "java",
            "class H {\n  ResponseEntity<String> save(Order o) {\n    try { repository.save(o); return ok(); }\n    catch (DataAccessException e) { return ResponseEntity.status(500).body(e.getMessage()); }\n  }\n}\n",
        ),
        mends(
            "typescript",
            "export async function add(id: string) {\n  const [error, group] = await tryCatch(service.groupOf(id));\n  if (error) {\n    throw new ServiceValidationError(error.message);\n  }\n  return group;\n}\n",
            "export async function add(id: string) {\n  const [error, group] = await tryCatch(service.groupOf(id));\n  if (error) {\n    if (isInfrastructureError(error)) {\n      throw error;\n    }\n    throw new ServiceValidationError(error.message);\n  }\n  return group;\n}\n",
        ),
        silent(
            "rust",
            "pub fn width(text: &str) -> Result<u16, String> {\n    text.parse::<u16>().map_err(|problem| format!(\"width {text:?}: {problem}\"))\n}\n",
        ),
        silent(
            "python",
            "def create(order):\n    try:\n        conn.execute(SQL)\n    except psycopg.OperationalError as problem:\n        log.error('insert failed: %s', problem)\n        raise HTTPException(status_code=503, detail='try again')\n",
        ),
        silent(
            "go",
            "package s\n\nfunc (s *S) Load(ctx context.Context) error {\n\trow, err := s.store.Get(ctx)\n\tif err != nil {\n\t\treturn fmt.Errorf(\"load: %w\", err)\n\t}\n\treturn use(row)\n}\n",
        ),
        silent(
            "go",
            "package s\n\nfunc (s *S) Show(w http.ResponseWriter, r *http.Request) {\n\trow, err := s.store.Find(r.Context(), r.PathValue(\"id\"))\n\tif errors.Is(err, sql.ErrNoRows) {\n\t\thttp.Error(w, \"no such order\", http.StatusNotFound)\n\t\treturn\n\t}\n\tif err != nil {\n\t\ts.log.Error(\"find order\", \"err\", err)\n\t\thttp.Error(w, \"not available\", http.StatusServiceUnavailable)\n\t\treturn\n\t}\n\trender(w, row)\n}\n"
        ),
        fires(
            "go",
            "package s\n\nfunc (s *S) Show(w http.ResponseWriter, r *http.Request) {\n\trow, err := s.store.Find(r.Context(), r.PathValue(\"id\"))\n\tif err != nil {\n\t\thttp.Error(w, err.Error(), http.StatusInternalServerError)\n\t\treturn\n\t}\n\trender(w, row)\n}\n"
        ),
        silent(
            "go",
            "package s\n\nfunc (s *S) Create(w http.ResponseWriter, r *http.Request) {\n\tvar in Draft\n\tif err := json.NewDecoder(r.Body).Decode(&in); err != nil {\n\t\thttp.Error(w, \"body: \"+err.Error(), http.StatusBadRequest)\n\t\treturn\n\t}\n\ts.accept(w, in)\n}\n"
        ),
        silent(
            "python",
            "@app.post(\"/orders\")\ndef create():\n    try:\n        order = OrderForm.parse(request.json)\n    except ValidationError as problem:\n        return jsonify(error=str(problem)), 400\n    return jsonify(id=save(order)), 201\n"
        ),
        silent(
            "python",
            "def create(order):\n    try:\n        conn.execute(SQL, order.id)\n    except psycopg.errors.UniqueViolation:\n        raise HTTPException(status_code=409, detail=\"this order exists\")\n    except psycopg.OperationalError as problem:\n        raise StoreUnavailable(\"orders\") from problem\n"
        ),
        fires(
            "python",
            "@app.get(\"/stock/<sku>\")\ndef stock(sku):\n    try:\n        reply = warehouse.get(f\"/v1/levels/{sku}\", timeout=2)\n    except requests.RequestException as problem:\n        return jsonify({\"error\": repr(problem)}), 502\n    return jsonify(reply.json())\n"
        ),
        silent(
            "typescript",
            "export async function create(req: Request, res: Response) {\n  try {\n    await db.insert(req.body);\n  } catch (e) {\n    logger.error({ err: e.message, route: 'create' }, 'insert failed');\n    res.status(503).json({ error: 'try again later' });\n  }\n}\n"
        ),
        silent(
            "typescript",
            "export async function create(req: Request, res: Response, next: NextFunction) {\n  const form = schema.safeParse(req.body);\n  if (!form.success) {\n    res.status(400).json({ error: form.error.message });\n    return;\n  }\n  await accept(form.data).catch(next);\n}\n"
        ),
        fires(
            "java",
            "class Stock extends StockGrpc.StockImplBase {\n  public void level(LevelRequest request, StreamObserver<Level> observer) {\n    try {\n      observer.onNext(warehouse.level(request.getSku()));\n      observer.onCompleted();\n    } catch (SQLException e) {\n      observer.onError(Status.INTERNAL.withDescription(e.getMessage()).asException());\n    }\n  }\n}\n"
        ),
        silent(
            "java",
            "class H {\n  ResponseEntity<String> save(Order o) {\n    try {\n      repository.save(o);\n      return ok();\n    } catch (DuplicateKeyException e) {\n      return ResponseEntity.status(409).body(\"this order exists\");\n    } catch (DataAccessException e) {\n      log.error(\"save failed: {}\", e.getMessage(), e);\n      return ResponseEntity.status(503).body(\"try again\");\n    }\n  }\n}\n"
        ),
        silent(
            "java",
            "class H {\n  void save(Order o) {\n    try {\n      repository.save(o);\n    } catch (DataAccessException e) {\n      throw new OrderNotSaved(o.id(), e);\n    }\n  }\n}\n"
        ),
        silent(
            "java",
            "class Form {\n  List<String> check(String amount) {\n    try {\n      new BigDecimal(amount);\n      return List.of();\n    } catch (NumberFormatException e) {\n      return List.of(\"amount: \" + e.getMessage());\n    }\n  }\n}\n"
        ),
        silent(
            "rust",
            "async fn show(State(s): State<App>, Path(id): Path<Uuid>) -> Result<Json<Order>, ApiError> {\n    match s.store.find(id).await {\n        Ok(order) => Ok(Json(order)),\n        Err(problem) => {\n            tracing::error!(%problem, \"find order\");\n            Err(ApiError::unavailable())\n        }\n    }\n}\n"
        ),
        fires(
            "typescript",
            "app.get('/stock/:sku', async (request, reply) => {\n  try {\n    const level = await client.get(`/levels/${request.params.sku}`);\n    return level.data;\n  } catch (err) {\n    return reply.code(502).send({ error: err.message, stack: err.stack });\n  }\n});\n"
        ),
        silent(
            "go",
            "package s\n\nfunc (a *App) Delete(c echo.Context) error {\n\tids, err := a.client.ParseIDs(c.QueryParams()[\"id\"])\n\tif err != nil {\n\t\treturn echo.NewHTTPError(http.StatusBadRequest, a.text(\"invalid ids\", err.Error()))\n\t}\n\treturn a.drop(c, ids)\n}\n"
        ),
    ];
}
