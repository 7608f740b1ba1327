{{/* True where the DNS names get the address of a Service: static addresses and external-dns' own go before it. */}}
{{- define "tcr.hasTargetService" -}}
{{- $dns := .Values.integrations.externalDNS -}}
{{- if and $dns.enabled $dns.targetService (not $dns.targetIPs) (not $dns.defaultTargets) -}}true{{- end -}}
{{- end -}}

{{/* API groups of the routes, as a JSON list. */}}
{{- define "tcr.routeGroups" -}}
{{- ternary (list "traefik.io" "traefik.containo.us") (list "traefik.io") .Values.selector.legacyGroup | toJson -}}
{{- end -}}

{{/* Plurals of the routes, as a JSON list. */}}
{{- define "tcr.routeResources" -}}
{{- $resources := list "ingressroutes" "ingressroutetcps" -}}
{{- ternary (append $resources "ingressrouteudps") $resources .Values.selector.udp | toJson -}}
{{- end -}}

{{/* The function's configuration file: JSON, for a YAML parser would be paid on every wake. */}}
{{- define "tcr.config" -}}
{{- $cert := .Values.integrations.certManager -}}
{{- $dns := .Values.integrations.externalDNS -}}
{{- $selector := pick .Values.selector "legacyGroup" "udp" -}}
{{- with .Values.selector.ingressClass -}}
{{- $_ := set $selector "ingressClass" . -}}
{{- end -}}
{{- $certManager := pick $cert "enabled" "onDisable" "certificateTemplate" "overrides" "ignoreSecrets" "existingSecrets" "commonName" "allowedAnnotations" -}}
{{- $externalDNS := pick $dns "enabled" "onDisable" "ttl" "pendingLoadBalancer" "endpointTemplate" "waitForCertificate" "defaultTargets" "optIn" "domains" "allowedAnnotations" -}}
{{- if $dns.targetIPs -}}
{{- $_ := set $externalDNS "targetIPs" $dns.targetIPs -}}
{{- else if and $dns.targetService (not $dns.defaultTargets) -}}
{{- $_ := set $externalDNS "targetService" $dns.targetService -}}
{{- end -}}
{{- $auth := dict -}}
{{- with include "tcr.audience" . -}}
{{- $_ := set $auth "auth" (dict "oidc" (dict "audience" . "subjects" (include "tcr.subjects" $ | fromJson).items)) -}}
{{- end -}}
{{- /* `off` without quotes is false to Helm. */ -}}
{{- dict
  "logLevel" .Values.logLevel
  "mode" .Values.mode
  "onOptOut" .Values.onOptOut
  "hostPolicy" .Values.hostPolicy
  "hostClaims" (ternary "off" .Values.hostClaims (eq (toString .Values.hostClaims) "false"))
  "selector" $selector
  "traefik" (pick .Values.traefik "defaultRuleSyntax")
  "integrations" (dict "certManager" $certManager "externalDNS" $externalDNS)
  | merge $auth | toPrettyJson -}}
{{- end -}}

{{/*
The children by integration, as JSON: `{"items": [{group, version, kind, resource, verbs, watched}]}`, only those that
the function may touch: all verbs while enabled, removal where `onDisable` asks for it.
*/}}
{{- define "tcr.children" -}}
{{- $items := list -}}
{{- $known := list
  (dict "values" .Values.integrations.certManager "group" "cert-manager.io" "version" "v1" "kind" "Certificate" "resource" "certificates")
  (dict "values" .Values.integrations.externalDNS "group" "externaldns.k8s.io" "version" "v1alpha1" "kind" "DNSEndpoint" "resource" "dnsendpoints")
-}}
{{- range $known -}}
{{- $child := omit . "values" -}}
{{- if .values.enabled -}}
{{- $items = append $items (merge (dict "watched" true "verbs" (list "get" "list" "create" "patch" "delete")) $child) -}}
{{- else if eq .values.onDisable "delete" -}}
{{- $items = append $items (merge (dict "watched" false "verbs" (list "get" "list" "delete")) $child) -}}
{{- end -}}
{{- end -}}
{{- dict "items" $items | toJson -}}
{{- end -}}
