{{/* Where events go. */}}

{{/* Name of the Service before the function's pods, in the modes with a Deployment. Knative makes one of its own name. */}}
{{- define "tcr.podService" -}}
{{- include "tcr.suffixed" (dict "root" . "suffix" "http") -}}
{{- end -}}

{{/* Mode keda: the name under which senders reach the interceptor, and by which it knows for whom they ask. */}}
{{- define "tcr.interceptorAlias" -}}
{{- include "tcr.suffixed" (dict "root" . "suffix" "interceptor") -}}
{{- end -}}

{{/*
The function, as Knative's objects name where they send to. The interceptor listens on a port that no reference can
say, hence a URI there.
*/}}
{{- define "tcr.function" -}}
{{- if eq .Values.serving.mode "keda" -}}
uri: {{ include "tcr.functionUrl" . }}
{{- else -}}
ref:
  {{- if eq .Values.serving.mode "knative" }}
  apiVersion: serving.knative.dev/v1
  kind: Service
  name: {{ include "tcr.fullname" . }}
  {{- else }}
  apiVersion: v1
  kind: Service
  name: {{ include "tcr.podService" . }}
  {{- end }}
  namespace: {{ include "tcr.namespace" . }}
{{- end }}
{{- with include "tcr.audience" . }}
audience: {{ . | quote }}
{{- end }}
{{- end -}}

{{- define "tcr.functionUrl" -}}
{{- if eq .Values.serving.mode "knative" -}}
{{- printf "http://%s.%s.svc.%s" (include "tcr.fullname" .) (include "tcr.namespace" .) .Values.clusterDomain -}}
{{- else if eq .Values.serving.mode "keda" -}}
{{- printf "http://%s.%s.svc.%s:%d" (include "tcr.interceptorAlias" .) (include "tcr.namespace" .) .Values.clusterDomain (.Values.serving.keda.interceptorPort | int64) -}}
{{- else -}}
{{- printf "http://%s.%s.svc.%s" (include "tcr.podService" .) (include "tcr.namespace" .) .Values.clusterDomain -}}
{{- end -}}
{{- end -}}

{{/* What sources send to: the function, or the Broker before it, which has an audience of its own. */}}
{{- define "tcr.sink" -}}
{{- if eq .Values.delivery.mode "broker" -}}
ref:
  apiVersion: eventing.knative.dev/v1
  kind: Broker
  name: {{ include "tcr.brokerName" . }}
  namespace: {{ include "tcr.brokerNamespace" . }}
{{- else -}}
{{- include "tcr.function" . -}}
{{- end -}}
{{- end -}}

{{- define "tcr.brokerName" -}}
{{- default (include "tcr.suffixed" (dict "root" . "suffix" "broker")) .Values.delivery.broker.name -}}
{{- end -}}

{{- define "tcr.brokerNamespace" -}}
{{- default (include "tcr.namespace" .) .Values.delivery.broker.namespace -}}
{{- end -}}

{{/* Address of the Broker, which its class decides. */}}
{{- define "tcr.brokerUrl" -}}
{{- $ingress := dict "MTChannelBasedBroker" "broker-ingress" "Kafka" "kafka-broker-ingress" -}}
{{- $broker := .Values.delivery.broker -}}
{{- if $broker.url -}}
{{- $broker.url -}}
{{- else if hasKey $ingress $broker.class -}}
{{- printf "http://%s.%s.svc.%s/%s/%s" (get $ingress $broker.class) .Values.delivery.eventingNamespace .Values.clusterDomain (include "tcr.brokerNamespace" .) (include "tcr.brokerName" .) -}}
{{- else -}}
{{- fail (printf "resync.fanOut needs the address of the Broker, which the chart does not know for class %s: set delivery.broker.url" $broker.class) -}}
{{- end -}}
{{- end -}}

{{/* Where the function sends parts of a large resync. */}}
{{- define "tcr.fanOutUrl" -}}
{{- if eq .Values.delivery.mode "broker" -}}
{{- include "tcr.brokerUrl" . -}}
{{- else -}}
{{- include "tcr.functionUrl" . -}}
{{- end -}}
{{- end -}}

{{/* An extension on the events of this release's sources, by which the Triggers distinguish them from others in the Broker. */}}
{{- define "tcr.ceOverrides" -}}
{{- if eq .Values.delivery.mode "broker" -}}
ceOverrides:
  extensions:
    tcrinstance: {{ include "tcr.instance" . | quote }}
{{- end -}}
{{- end -}}
