//! A session of eight edits: four flaws, of which one is mended at once, one later, one never, and one is said to be right.

/// The file that is edited, in the project.
pub(crate) const FILE: &str = "src/worker.py";

/// The file before.
pub(crate) const WORKER: &str = "import requests\n\n\nclass Worker:\n    def report(self, job):\n        self.send(job)\n\n    def beat(self):\n        self.ping()\n\n    def on_message(self, channel, method, body):\n        self.store.save(body)\n        channel.basic_ack(method.delivery_tag)\n\n    def fetch(self):\n        return requests.get(self.url, timeout=3).json()\n";

pub(crate) const SEND: &str = "        self.send(job)\n";
pub(crate) const SEND_LOOP: &str = "        while True:\n            try:\n                requests.post(self.url, json=job, timeout=3)\n                return\n            except ConnectionError:\n                continue\n";
pub(crate) const BEAT: &str = "        self.ping()\n";
pub(crate) const BEAT_LOOP: &str = "        while True:\n            try:\n                requests.post(self.beat_url, timeout=3)\n                return\n            except ConnectionError:\n                continue\n";
pub(crate) const ACK: &str = "        self.store.save(body)\n        channel.basic_ack(method.delivery_tag)\n";
pub(crate) const ACK_FIRST: &str = "        channel.basic_ack(method.delivery_tag)\n        self.store.save(body)\n";
pub(crate) const FETCH: &str = "        return requests.get(self.url, timeout=3).json()\n";
pub(crate) const FETCH_LOOP: &str = "        while True:\n            try:\n                return requests.get(self.url, timeout=3).json()\n            except ConnectionError:\n                continue\n";

/// What the first flaw's handler does, and what mends it.
pub(crate) const SPINS: &str = "            except ConnectionError:\n                continue\n";
pub(crate) const WAITS: &str = "            except ConnectionError:\n                time.sleep(self.backoff.next())\n";
/// The place of the last flaw, and the comment that says that it is meant so.
pub(crate) const FETCHES: &str = "                return requests.get(self.url, timeout=3).json()\n            except ConnectionError:\n";
pub(crate) const WAIVED: &str = "                return requests.get(self.url, timeout=3).json()\n            # dist: ok the far end is on this machine\n            except ConnectionError:\n";
/// Nothing of interest.
pub(crate) const IMPORT: &str = "import requests\n";
pub(crate) const IMPORTS: &str = "import requests\nimport time\n";

/// The eight, in their order: text that goes, text that comes.
pub(crate) const EDITS: [(&str, &str); 8] =
    [(SEND, SEND_LOOP), (SPINS, WAITS), (ACK, ACK_FIRST), (IMPORT, IMPORTS), (BEAT, BEAT_LOOP), (FETCH, FETCH_LOOP), (ACK_FIRST, ACK), (FETCHES, WAIVED)];
/// What is told after each of them: patterns, the one that matters first.
pub(crate) const TOLD: [&str; 8] = ["tight-retry-loop", "", "lost-data-at-ack", "", "tight-retry-loop", "tight-retry-loop", "", ""];
