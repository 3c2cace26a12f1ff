use crate::engine::patterns::cases::{fires, mends, silent, table};

table![
    mends(
        "java",
        "class T {\n  Object run(Task t) {\n    try {\n      return t.execute();\n    } catch (TimeoutException e) {\n      throw new Failed(e);\n    }\n  }\n}\n",
        "class T {\n  Object run(Task t) {\n    try {\n      return t.execute();\n    } catch (TimeoutException e) {\n      throw new Failed(e);\n    } finally {\n      RequestContext.clean();\n    }\n  }\n}\n",
    ),
    mends(
        "csharp",
        "class P {\n  async Task Publish(Confirm c) {\n    try {\n      await c.WaitAsync();\n    } finally {\n      c.Done();\n    }\n  }\n}\n",
        "class P {\n  async Task Publish(Confirm c) {\n    try {\n      await c.WaitAsync();\n    } catch (OperationCanceledException) {\n      awaited.TryRemove(c.Number, out _);\n      throw;\n    } finally {\n      c.Done();\n    }\n  }\n}\n",
    ),
    mends(
        "go",
        "package s\n\nfunc probe(n Node) bool {\n\tanswer := make(chan bool)\n\tgo func() { answer <- ping(n) }()\n\tselect {\n\tcase ok := <-answer:\n\t\treturn ok\n\tcase <-n.gone:\n\t\treturn false\n\t}\n}\n",
        "package s\n\nfunc probe(n Node) bool {\n\tanswer := make(chan bool, 1)\n\tgo func() { answer <- ping(n) }()\n\tselect {\n\tcase ok := <-answer:\n\t\treturn ok\n\tcase <-n.gone:\n\t\treturn false\n\t}\n}\n",
    ),
    mends(
        "python",
        "class Link:\n    def end(self):\n        try:\n            self.sock.shutdown(2)\n            self.sock.close()\n        except OSError:\n            pass\n",
        "class Link:\n    def end(self):\n        try:\n            self.sock.close()\n        except OSError:\n            pass\n",
    ),
    mends(
        "ruby",
        "class Broker\n  def session\n    open_link\n    yield\n    @link.disconnect\n  end\nend\n",
        "class Broker\n  def session\n    open_link\n    begin\n      yield\n    ensure\n      @link.disconnect\n    end\n  end\nend\n",
    ),
    mends(
        "python",
        "def ask(self, ready):\n    self.waiting.append(ready)\n    self.link.send(b'?')\n    ready.wait(timeout=2)\n    self.waiting.remove(ready)\n",
        "def ask(self, ready):\n    self.waiting.append(ready)\n    try:\n        self.link.send(b'?')\n        ready.wait(timeout=2)\n    finally:\n        self.waiting.remove(ready)\n",
    ),
    fires(
        "go",
        "package c\n\nfunc (c *C) put(k string) error {\n\tc.mu.Lock()\n\tif c.closed {\n\t\treturn errClosed\n\t}\n\tc.keys[k] = true\n\tc.mu.Unlock()\n\treturn nil\n}\n",
    ),
    mends(
        "go",
        "package c\n\nfunc (c *C) open(ctx context.Context) (*Sub, error) {\n\tsub := c.client.Subscribe(ctx)\n\tif _, err := sub.Receive(ctx); err != nil {\n\t\treturn nil, err\n\t}\n\treturn sub, nil\n}\n",
        "package c\n\nfunc (c *C) open(ctx context.Context) (*Sub, error) {\n\tsub := c.client.Subscribe(ctx)\n\tif _, err := sub.Receive(ctx); err != nil {\n\t\tsub.Close()\n\t\treturn nil, err\n\t}\n\treturn sub, nil\n}\n",
    ),
    mends(
        "go",
        "package c\n\nfunc (c *C) push(addr string) error {\n\tconn, err := dial(addr)\n\tif err != nil {\n\t\treturn err\n\t}\n\treturn c.send(conn)\n}\n",
        "package c\n\nfunc (c *C) push(addr string) error {\n\tconn, err := dial(addr)\n\tif err != nil {\n\t\treturn err\n\t}\n\tdefer conn.Close()\n\treturn c.send(conn)\n}\n",
    ),
    fires(
        "java",
        "class C {\n  void put(String k) {\n    lock.lock();\n    if (closed) {\n      throw new IllegalStateException(\"closed\");\n    }\n    keys.add(k);\n    lock.unlock();\n  }\n}\n",
    ),
    mends(
        "java",
        "class C {\n  void run() {\n    Session session = new Session(address);\n    session.call(request);\n  }\n}\n",
        "class C {\n  void run() {\n    try (Session session = new Session(address)) {\n      session.call(request);\n    }\n  }\n}\n",
    ),
    fires("python", "def put(self, k):\n    self.lock.acquire()\n    if self.closed:\n        raise Closed()\n    self.keys.add(k)\n    self.lock.release()\n",),
    mends(
        "python",
        "def put(self, k):\n    conn = self.pool.get_connection()\n    reply = conn.execute(k)\n    self.pool.release(conn)\n    return reply\n",
        "def put(self, k):\n    conn = self.pool.get_connection()\n    try:\n        return conn.execute(k)\n    finally:\n        self.pool.release(conn)\n",
    ),
    mends(
        "csharp",
        "class C {\n  async Task<Link> Open() {\n    var link = new Link(config);\n    await link.OpenAsync();\n    return link;\n  }\n}\n",
        "class C {\n  async Task<Link> Open() {\n    var link = new Link(config);\n    try {\n      await link.OpenAsync();\n    } catch {\n      await link.CloseAsync();\n      throw;\n    }\n    return link;\n  }\n}\n",
    ),
    mends(
        "typescript",
        "export async function ping(client: Client) {\n  await client.connect();\n  const reply = await client.ping();\n  await client.disconnect();\n  return reply;\n}\n",
        "export async function ping(client: Client) {\n  await client.connect();\n  try {\n    return await client.ping();\n  } finally {\n    await client.disconnect();\n  }\n}\n",
    ),
    mends(
        "ruby",
        "def run\n  link = open_link\n  yield link\n  link.close\nend\n",
        "def run\n  link = open_link\n  begin\n    yield link\n  ensure\n    link.close\n  end\nend\n",
    ),
    silent(
        "go",
        "package c\n\nfunc (c *C) put(k string) error {\n\tc.mu.Lock()\n\tdefer c.mu.Unlock()\n\tif c.closed {\n\t\treturn errClosed\n\t}\n\tc.keys[k] = true\n\treturn nil\n}\n",
    ),
    silent(
        "go",
        "package c\n\nfunc (c *C) put(k string) error {\n\tc.mu.Lock()\n\tif c.closed {\n\t\tc.mu.Unlock()\n\t\treturn errClosed\n\t}\n\tc.keys[k] = true\n\tc.mu.Unlock()\n\treturn nil\n}\n",
    ),
    silent(
        "java",
        "class C {\n  void put(String k) {\n    lock.lock();\n    try {\n      if (closed) {\n        throw new IllegalStateException(\"closed\");\n      }\n      keys.add(k);\n    } finally {\n      lock.unlock();\n    }\n  }\n}\n",
    ),
    silent("python", "def put(self, k):\n    with self.lock:\n        if self.closed:\n            raise Closed()\n        self.keys.add(k)\n"),
    silent("typescript", "export function shut(door: Door) {\n  if (door.open) {\n    door.close();\n  }\n  return door;\n}\n"),
    silent(
        "java",
        "class C {\n  Session open() throws IOException {\n    Session session = new Session(address);\n    try {\n      session.greet();\n      return session;\n    } catch (IOException e) {\n      session.close();\n      throw e;\n    }\n  }\n}\n"
    ),
    silent(
        "java",
        "class C {\n  void put(String k) {\n    if (closed) {\n      throw new IllegalStateException(\"closed\");\n    }\n    lock.lock();\n    try {\n      keys.add(k);\n    } finally {\n      lock.unlock();\n    }\n  }\n}\n"
    ),
    silent(
        "python",
        "def put(self, k):\n    if not self.lock.acquire(timeout=1):\n        raise Busy()\n    try:\n        self.keys.add(k)\n    finally:\n        self.lock.release()\n"
    ),
    silent(
        "python",
        "def rows(self, query):\n    with contextlib.closing(self.pool.get_connection()) as conn:\n        reply = conn.execute(query)\n        if not reply:\n            raise Empty(query)\n        return reply\n"
    ),
    silent(
        "go",
        "package c\n\nfunc (c *C) open(ctx context.Context) (*Conn, error) {\n\tconn, err := c.dial(ctx)\n\tif err != nil {\n\t\treturn nil, err\n\t}\n\treturn conn, nil\n}\n"
    ),
    fires(
        "typescript",
        "export async function move(pool: Pool, from: string, to: string) {\n  const client = await pool.connect();\n  const rows = await client.query(SELECT, [from]);\n  if (rows.length === 0) {\n    throw new Missing(from);\n  }\n  await client.query(UPDATE, [to]);\n  client.release();\n}\n"
    ),
    silent(
        "typescript",
        "export async function move(pool: Pool, from: string, to: string) {\n  const client = await pool.connect();\n  try {\n    await client.query(UPDATE, [from, to]);\n  } finally {\n    client.release();\n  }\n}\n"
    ),
];
