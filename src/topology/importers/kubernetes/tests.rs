use crate::topology::importers::tests::{edges, import, notes};
use crate::topology::model::{Count, Kind};
use std::time::Duration;

const SHOP: &str = "
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  replicas: 2
  template:
    metadata: {labels: {app: web, tier: front}}
    spec:
      initContainers: [{name: wait, command: [sh, -c, 'until nc -z queue 5672; do sleep 2; done']}]
      containers:
      - image: shop/web
        envFrom: [{configMapRef: {name: web-settings}}]
        env:
        - {name: CART_HOST, value: cart.shop.svc.cluster.local}
        - {name: STOCK_PORT, value: '9000'}
        - {name: STOCK_ADDR, value: 'stock.warehouse:$(STOCK_PORT)'}
        - {name: DB_URL, valueFrom: {secretKeyRef: {name: db, key: url}}}
        - {name: ORDERS_TOPIC, value: cart}
        args: ['--mail-addr=$(MAIL_SERVICE_HOST):25']
        readinessProbe: {periodSeconds: 5, failureThreshold: 2}
        livenessProbe: {httpGet: {path: /}}
      volumes: [{name: conf, configMap: {name: web-files}}]
---
apiVersion: v1
kind: ConfigMap
metadata: {name: web-settings, namespace: shop}
data: {SEARCH_URL: 'http://search:80', LEVEL: info}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: web-files, namespace: shop}
data:
  nginx.conf: |
    # proxy_pass http://nobody:1;
    location / {
      proxy_pass http://frontdoor:8080;
    }
---
apiVersion: v1
kind: Secret
metadata: {name: db, namespace: shop}
stringData: {url: 'postgres://u:hidden@orders-db-0.orders-db:5432/o'}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: orders-db, namespace: shop}
spec: {replicas: 3, template: {metadata: {labels: {app: odb}}, spec: {containers: [{image: 'postgres:16'}]}}}
---
apiVersion: v1
kind: Service
metadata: {name: orders-db, namespace: shop}
spec: {clusterIP: None, selector: {app: odb}, ports: [{port: 5432}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: cart-v1, namespace: shop}
spec: {template: {metadata: {labels: {app: cart}}}}
---
apiVersion: v1
kind: Service
metadata: {name: cart, namespace: shop}
spec: {type: LoadBalancer, selector: {app: cart}, ports: [{name: grpc-api, port: 80}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: stock, namespace: warehouse}
spec: {template: {metadata: {labels: {app: stock}}}}
---
apiVersion: v1
kind: Service
metadata: {name: stock, namespace: warehouse}
spec: {selector: {app: stock}, ports: [{name: grpc, port: 9000}]}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: s, namespace: warehouse}
spec: {scaleTargetRef: {kind: Deployment, name: stock}, minReplicas: 2, maxReplicas: 9}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: s, namespace: warehouse}
spec: {minAvailable: 1, selector: {matchLabels: {app: stock}}}
---
apiVersion: v1
kind: Service
metadata: {name: mail, namespace: shop}
spec: {type: ExternalName, externalName: smtp.example.com}
---
apiVersion: v1
kind: Service
metadata: {name: queue, namespace: shop}
spec: {selector: {app: nobody}}
---
apiVersion: batch/v1
kind: CronJob
metadata: {name: report, namespace: shop}
spec: {schedule: '0 3 * * *', jobTemplate: {spec: {template: {spec: {containers: [{image: shop/report, env: [{name: QUERY_URL, value: 'http://web'}]}]}}}}}
---
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: agent, namespace: shop}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: in, namespace: shop}
spec: {rules: [{http: {paths: [{backend: {service: {name: gone}}}, {backend: {service: {name: cart}}}]}}]}
---
apiVersion: strimzi.io/v1
kind: Kafka
metadata: {name: k}
";

#[test]
fn connections_by_every_way_that_a_pod_can_be_told() {
    let import = import(&[("k8s.yaml", SHOP)]);
    assert_eq!(edges(&import), ["web>search http", "web>cart-v1 grpc", "web>stock grpc", "web>orders-db postgres", "web>mail", "web>queue", "report>web http"]);
    assert!(!format!("{:?}", import.topology).contains("hidden"), "passwords stay where they are");
    let r = &import.topology.relationships;
    assert!(SHOP.lines().nth(r[0].sources[0].line as usize - 1).is_some_and(|l| l.contains("SEARCH_URL")));
    assert_eq!(r[2].sources[0].facts, ["STOCK_ADDR=stock.warehouse:9000"]);
}

#[test]
fn a_mounted_file_counts_where_somebody_has_the_name() {
    let more = format!("{SHOP}---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: frontdoor, namespace: shop}}\n");
    let one = import(&[("k8s.yaml", &more)]);
    let found = one.topology.relationships.iter().find(|r| r.to == "frontdoor").expect("read from the file");
    assert_eq!(more.lines().nth(found.sources[0].line as usize - 1).map(str::trim), Some("proxy_pass http://frontdoor:8080;"));
    assert_eq!(found.sources[0].facts, ["nginx.conf names frontdoor:8080"]);
    let shared = format!(
        "{more}---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: other, namespace: shop}}\nspec: {{template: {{spec: {{volumes: [{{configMap: {{name: web-files}}}}]}}}}}}\n"
    );
    assert!(import(&[("k8s.yaml", &shared)]).topology.relationships.iter().all(|r| r.to != "frontdoor"), "a file of several says not who calls");
}

#[test]
fn what_is_declared_twice_is_told() {
    let twice = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\nspec: {replicas: 2}\n";
    let import = import(&[("base.yaml", twice), ("overlay.yaml", &twice.replace('2', "5"))]);
    assert!(notes(&import).contains(&"Deployment a is declared more than once; the first is kept"), "{:?}", notes(&import));
    assert_eq!(import.topology.components[0].count, Count::Fixed { n: 2, replicas: None });
}

#[test]
fn counts_probes_kinds_and_entries() {
    let import = import(&[("k8s.yaml", SHOP)]);
    let t = &import.topology;
    let of = |name: &str| t.component(name).unwrap_or_else(|| panic!("{name} in {:?}", t.components.iter().map(|c| &c.name).collect::<Vec<_>>()));
    assert_eq!(of("web").count, Count::Fixed { n: 2, replicas: None });
    assert_eq!(of("web").noticed_after, Some(Duration::from_secs(10)));
    assert_eq!(of("stock").count, Count::Dynamic { min: Some(2), max: Some(9) });
    assert_eq!(of("stock").notes, "at least 1 stay up in planned work");
    assert_eq!((of("orders-db").kind, of("orders-db").count), (Kind::Db, Count::Fixed { n: 3, replicas: None }));
    assert_eq!((of("report").kind, of("report").entry), (Kind::Job, true));
    assert_eq!(of("agent").count, Count::Dynamic { min: None, max: None });
    assert!(of("cart-v1").entry && !of("web").entry);
    assert_eq!((of("mail").kind, of("mail").notes.as_str()), (Kind::External, "is smtp.example.com"));
    assert!(of("queue").notes.contains("only its Service"));
    assert!(of("search").sources[0].facts == ["SEARCH_URL=search:80"] && !of("search").declared);
    assert_eq!(t.aliases.get("cart-v1"), Some(&vec!["cart".to_owned()]));
    let told = notes(&import);
    for want in [
        "gone: named by Ingress in, declared by no source",
        "search: named by web, declared by no source",
        "objects of kind Kafka were not read",
        "no connection of agent could be read from these files",
    ] {
        assert!(told.contains(&want), "{want} in {told:?}");
    }
}

#[test]
fn two_of_one_name_are_told_apart_by_their_namespaces() {
    let pod = |space: &str| {
        format!(
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: db, namespace: {space}}}\nspec: {{template: {{metadata: {{labels: {{a: b}}}}}}}}\n---\napiVersion: v1\nkind: Service\nmetadata: {{name: db, namespace: {space}}}\nspec: {{selector: {{a: b}}}}\n---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: app-{space}, namespace: {space}}}\nspec: {{template: {{spec: {{containers: [{{env: [{{name: DB_HOST, value: db}}]}}]}}}}}}\n---\n"
        )
    };
    let import = import(&[("k.yaml", &(pod("one") + &pod("two")))]);
    assert_eq!(edges(&import), ["app-one>db.one", "app-two>db.two"]);
}
