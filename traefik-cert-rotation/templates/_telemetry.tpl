{{/* Where metrics and traces go. */}}

{{/* `telemetry` of the function's configuration file, as JSON; empty where nothing is pushed. */}}
{{- define "tcr.telemetryConfig" -}}
{{- with .Values.telemetry.otlp -}}
{{- if .endpoint -}}
{{- $otlp := pick . "endpoint" "interval" -}}
{{- with .caBundle -}}{{- $_ := set $otlp "caBundle" . -}}{{- end -}}
{{- dict "otlp" $otlp | toJson -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* The headers come by a variable: a Secret has no place in a ConfigMap. */}}
{{- define "tcr.telemetryEnv" -}}
{{- if .Values.telemetry.otlp.endpoint -}}
{{- with .Values.telemetry.otlp.headersFromSecret -}}
- name: OTEL_EXPORTER_OTLP_HEADERS
  valueFrom:
    secretKeyRef:
      name: {{ .name }}
      key: {{ .key }}
{{- end -}}
{{- end -}}
{{- end -}}

{{/*
The way to the receiver and no other: to its address, to the namespace of its Service, or, where its name is not of the
cluster, to its port. Pods are reached at their own port, which the Service must not change.
*/}}
{{- define "tcr.telemetryEgress" -}}
{{- $root := . -}}
{{- with .Values.telemetry.otlp.endpoint -}}
{{- $url := urlParse . -}}
{{- $port := regexFind ":[0-9]+$" $url.host | trimPrefix ":" | default (ternary "443" "80" (eq $url.scheme "https")) -}}
{{- $host := regexReplaceAll ":[0-9]+$" $url.host "" | trimAll "[]" -}}
{{- $labels := splitList "." (trimSuffix (printf ".%s" $root.Values.clusterDomain) $host) -}}
{{- $isService := or (le (len $labels) 2) (and (eq (len $labels) 3) (eq (last $labels) "svc")) }}
# The receiver of metrics and traces.
- ports:
    - port: {{ $port | int64 }}
      protocol: TCP
  {{- if regexMatch "^[0-9.]+$" $host }}
  to:
    - ipBlock:
        cidr: {{ printf "%s/32" $host | quote }}
  {{- else if contains ":" $host }}
  to:
    - ipBlock:
        cidr: {{ printf "%s/128" $host | quote }}
  {{- else if $isService }}
  to:
    - {{- include "tcr.namespacePeer" (index (append $labels (include "tcr.namespace" $root)) 1) | nindent 6 }}
  {{- end }}
{{- end -}}
{{- end -}}
