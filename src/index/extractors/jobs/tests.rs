use crate::index::extractors::clients::says_each;
use crate::index::model::Kind::Job;

#[test]
fn jobs_of_every_language() {
    says_each(
        &[Job],
        &[
            (
                "tasks.py",
                "from celery import shared_task\n\n@shared_task\ndef send_invoice(id):\n    pass\n\n@app.task(name='billing.close', queue='slow')\ndef close():\n    pass\n",
                &["sure job consumes send_invoice @3", "sure job consumes billing.close = queue=slow @7"],
            ),
            (
                "views.py",
                "from .tasks import send_invoice\ndef f(o):\n    send_invoice.delay(o.id)\n    tasks.close.apply_async(args=[1], queue='slow')\n",
                &["sure job writes send_invoice @3", "sure job writes close = queue=slow @4"],
            ),
            (
                "beat.py",
                "from celery import Celery\napp.conf.beat_schedule = {\n    'nightly': {\n        'task': 'shop.tasks.report',\n        'schedule': crontab(hour=3),\n    },\n}\n",
                &["sure job declares report = crontab(hour=3) @4"],
            ),
            ("d.py", "import dramatiq\n\n@dramatiq.actor(queue_name='mail')\ndef send_mail(to):\n    pass\n", &["sure job consumes send_mail = queue=mail @3"]),
            ("q.py", "from rq import Queue\nqueue.enqueue(send_mail, to)\n", &["sure job writes send_mail @2"]),
            (
                "invoice_job.rb",
                "class InvoiceJob\n  include Sidekiq::Job\n  sidekiq_options queue: 'billing'\n  def perform(id)\n  end\nend\n",
                &["sure job consumes InvoiceJob = queue=billing @1"],
            ),
            ("close_job.rb", "class CloseJob < ApplicationJob\n  queue_as :slow\nend\n", &["sure job consumes CloseJob = queue=slow @1"]),
            (
                "orders.rb",
                "def create\n  InvoiceJob.perform_async(order.id)\n  CloseJob.set(wait: 5).perform_later\nend\n",
                &["sure job writes InvoiceJob @2", "sure job writes CloseJob @3"],
            ),
            (
                "w.ts",
                "import { Queue, Worker } from 'bullmq';\nconst mail = new Queue('mail');\nnew Worker('mail', async job => {});\nawait mail.add('welcome', { id });\n",
                &["sure job consumes mail @3", "sure job writes mail = job=welcome @4", "sure job writes welcome = queue=mail @4"],
            ),
            ("A.java", "class A { @Scheduled(cron = \"0 0 3 * * *\") public void report() { } }", &["sure job declares report = 0 0 3 * * * @1"]),
            (
                "H.cs",
                "using Hangfire;\nclass H { void F() { BackgroundJob.Enqueue<InvoiceJob>(j => j.Run()); RecurringJob.AddOrUpdate(\"report\", () => Run(), \"0 3 * * *\"); } }",
                &["sure job writes InvoiceJob @2", "sure job declares report = 0 3 * * * @2"],
            ),
            (
                "w.ex",
                "defmodule Shop.InvoiceWorker do\n  use Oban.Worker, queue: :billing\n\n  def perform(job), do: :ok\nend\n",
                &["sure job consumes InvoiceWorker = queue=billing @1"],
            ),
            ("c.ex", "alias Shop.InvoiceWorker\nInvoiceWorker.new(%{id: 1}) |> Oban.insert()\n", &["sure job writes InvoiceWorker @2"]),
            (
                "a.go",
                "package x\n\nimport \"github.com/hibiken/asynq\"\n\nfunc f() {\n\tt := asynq.NewTask(\"email:welcome\", p)\n\tmux.HandleFunc(\"email:welcome\", h)\n}\n",
                &["sure job writes email:welcome @6", "sure job consumes email:welcome @7"],
            ),
            (
                "t.go",
                "package x\n\nimport \"go.temporal.io/sdk/workflow\"\n\nfunc F(ctx workflow.Context) error {\n\treturn workflow.ExecuteActivity(ctx, ChargeCard, id).Get(ctx, nil)\n}\n",
                &["sure job writes ChargeCard @6"],
            ),
            (
                "dag.py",
                "from airflow import DAG\nwith DAG('orders_daily', schedule_interval='@daily') as dag:\n    pass\n",
                &["sure job declares orders_daily = @daily @2"],
            ),
            // Look-alikes
            ("x.py", "timer.delay\nsleep(1)\nself.delay(3)\nasyncio.create_task(f())\ngenerate_delay(5)\n", &[]),
            ("x.ts", "const set = new Set(); set.add('a'); queueMicrotask(f); worker.postMessage('x');", &[]),
            ("X.java", "class X { void f() { executor.schedule(task, 1, SECONDS); } }", &[]),
            ("x.go", "package x\n\nfunc f() { mux.HandleFunc(\"/orders\", h); sched.AddJob(j) }\n", &[]),
        ],
    );
}

#[test]
fn laravels_scheduler_and_commands() {
    says_each(
        &[Job],
        &[
            (
                "a.php",
                "<?php\nuse App\\Jobs\\SendBill;\nSendBill::dispatch($id)->onQueue('mail');\ndispatch(new SendBill($id));\nBillSent::dispatch($id);\ndispatch(new BillSent($id));\n",
                &["sure job writes SendBill = queue=mail @3", "sure job writes SendBill @4"],
            ),
            (
                "Kernel.php",
                "<?php\nclass Kernel {\n  protected function schedule(Schedule $schedule) {\n    $schedule->command('bills:close --all')->dailyAt('03:30');\n    $schedule->job(new SendBills)->everyTenMinutes();\n    $queue->job('x');\n    $this->command('y');\n  }\n}\nSchedule::command('bills:sum')->hourly();\n",
                &[
                    "sure job declares bills:close = dailyAt 03:30 @4",
                    "sure job writes SendBills = everyTenMinutes @5",
                    "sure job declares bills:sum = hourly @10",
                ],
            ),
            (
                "Close.php",
                "<?php\nclass CloseBills extends Command {\n  protected $signature = 'bills:close {--all}';\n}\nclass Letter {\n  protected $signature = 'with love';\n}\n",
                &["sure job consumes bills:close @3"],
            ),
            (
                "A.cs",
                "using Microsoft.Extensions.Hosting;\nclass Sweeper : BackgroundService { }\nclass Runner { BackgroundService inner; }\n",
                &["sure job declares Sweeper @2"],
            ),
        ],
    );
}
