use crate::engine::patterns::cases::{fires, mends, silent, table};

table![
    mends(
        "go",
        "package s\n\nfunc load(keys []string, rows map[string][]byte) (State, error) {\n\tvar s State\n\tfor _, k := range keys {\n\t\tif rows[k] == nil {\n\t\t\tlog.Warnf(\"no row for %s\", k)\n\t\t\tcontinue\n\t\t}\n\t\ts.add(rows[k])\n\t}\n\treturn s, nil\n}\n",
        "package s\n\nfunc load(keys []string, rows map[string][]byte) (State, error) {\n\tvar s State\n\tfor _, k := range keys {\n\t\tif rows[k] == nil {\n\t\t\treturn s, fmt.Errorf(\"no row for %s\", k)\n\t\t}\n\t\ts.add(rows[k])\n\t}\n\treturn s, nil\n}\n",
    ),
    mends(
        "rust",
        "async fn serve(passed: bool, fut: Work) -> Result<String, Error> {\n    if passed {\n        fut.await\n    } else {\n        Ok(String::new())\n    }\n}\n",
        "async fn serve(passed: bool, fut: Work) -> Result<String, Error> {\n    if passed {\n        fut.await\n    } else {\n        Err(Error::limited())\n    }\n}\n",
    ),
    mends(
        "elixir",
        "defmodule Q do\n  def again(redis, job) do\n    remove_retry(redis, job.id)\n    enqueue(redis, encode(job))\n    :ok\n  end\nend\n",
        "defmodule Q do\n  def again(redis, job) do\n    remove_retry(redis, job.id)\n    {:ok, _id} = enqueue(redis, encode(job))\n    :ok\n  end\nend\n",
    ),
    mends(
        "go",
        "package s\n\nfunc open(region string) (*Store, error) {\n\tcl, _ := s3.UsingRole(region)\n\treturn &Store{cl: cl}, nil\n}\n",
        "package s\n\nfunc open(region string) (*Store, error) {\n\tcl, err := s3.UsingRole(region)\n\tif err != nil {\n\t\treturn nil, err\n\t}\n\treturn &Store{cl: cl}, nil\n}\n",
    ),
    fires("java", "class C {\n  void save(Order order) {\n    try {\n      producer.send(order);\n    } catch (IOException e) {\n    }\n  }\n}\n"),
    fires(
        "java",
        "class C {\n  void save(Order order) {\n    try {\n      client.put(order);\n    } catch (IOException e) {\n      // TODO what now?\n    }\n  }\n}\n",
    ),
    mends(
        "java",
        "class C {\n  void flush() {\n    try {\n      file.force();\n    } catch (IOException e) {\n      log.error(\"force\", e);\n    }\n    position.set(value);\n  }\n}\n",
        "class C {\n  void flush() {\n    try {\n      file.force();\n      position.set(value);\n    } catch (IOException e) {\n      log.error(\"force\", e);\n    }\n  }\n}\n",
    ),
    fires("python", "def save(order):\n    try:\n        client.post('/orders', json=order)\n    except Exception:\n        pass\n"),
    mends(
        "python",
        "def save(order):\n    try:\n        repo.insert(order)\n    except DatabaseError:\n        log.error('not saved')\n",
        "def save(order):\n    try:\n        repo.insert(order)\n    except DatabaseError:\n        log.error('not saved')\n        raise\n",
    ),
    fires(
        "go",
        "package c\n\nfunc (c *C) put(ctx context.Context, r Row) error {\n\titem, err := marshal(r)\n\tinput := &Put{Item: item}\n\t_, err = c.client.PutItem(ctx, input)\n\treturn err\n}\n",
    ),
    fires("go", "package c\n\nfunc (c *C) put(ctx context.Context, r Row) {\n\tif err := c.producer.Send(ctx, r); err != nil {\n\t}\n}\n"),
    fires("typescript", "export async function save(order: Order) {\n  await axios.post('/orders', order).catch(() => undefined);\n}\n"),
    fires("typescript", "export async function save(order: Order) {\n  try {\n    await producer.send(order);\n  } catch {\n  }\n}\n"),
    silent("java", "class C {\n  void stop() {\n    try {\n      client.close();\n    } catch (IOException e) {\n    }\n  }\n}\n"),
    silent("python", "def find(key):\n    try:\n        return client.get(key)\n    except KeyError:\n        return None\n"),
    silent("python", "def width(text):\n    try:\n        return int(text)\n    except ValueError:\n        pass\n    return 0\n"),
    silent(
        "go",
        "package c\n\nfunc (c *C) put(ctx context.Context, r Row) error {\n\titem, err := marshal(r)\n\tif err != nil {\n\t\treturn err\n\t}\n\t_, err = c.client.PutItem(ctx, item)\n\treturn err\n}\n",
    ),
    silent(
        "typescript",
        "export async function save(order: Order) {\n  try {\n    await producer.send(order);\n  } catch (e) {\n    outbox.keep(order);\n  }\n}\n",
    ),
    silent(
        "go",
        "package c\n\nfunc (c *C) put(ctx context.Context, r Row) {\n\tif err := c.producer.Send(ctx, r); err != nil {\n\t\tc.failed.Add(1)\n\t\tc.parked <- r\n\t}\n}\n"
    ),
    silent(
        "go",
        "package c\n\nfunc (c *C) stop() {\n\t_ = c.listener.Close()\n\tif err := c.client.Close(); err != nil {\n\t\tlog.Printf(\"close: %v\", err)\n\t}\n}\n"
    ),
    silent(
        "typescript",
        "export async function save(order: Order) {\n  await axios.post('/orders', order).catch((e) => {\n    throw new Unsaved(order.id, { cause: e });\n  });\n}\n"
    ),
    silent(
        "typescript",
        "export async function known(key: string) {\n  try {\n    await fs.access(pathOf(key));\n    return true;\n  } catch {\n    return false;\n  }\n}\n"
    ),
    silent(
        "java",
        "class C {\n  Optional<Order> find(long id) {\n    try {\n      return Optional.of(client.get(id));\n    } catch (NotFoundException e) {\n      return Optional.empty();\n    }\n  }\n}\n"
    ),
    silent(
        "java",
        "class C {\n  void save(Order order) {\n    try {\n      client.put(order);\n    } catch (IOException e) {\n      // the relay sends what stays in the outbox\n      outbox.add(order);\n    }\n  }\n}\n"
    ),
    silent("python", "def save(order):\n    with contextlib.suppress(KeyError):\n        del drafts[order.id]\n    client.post('/orders', json=order)\n"),
    silent(
        "typescript",
        "export function remember(key: string, value: string) {\n  try {\n    window.localStorage.setItem(key, value);\n  } catch (error) {\n    console.error('not remembered', error);\n  }\n}\n"
    ),
];
