
{{/* Fields of pods about where and as whom they run, only those that a value asks for. */}}
{{- define "tcr.scheduling" -}}
{{- with .Values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- with .Values.podSecurityContext }}
securityContext:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{/*
Pod template of the Jobs that send the resync event, and of the test. They need no rights, hence no token for the API
server. Takes root, bound (a SinkBinding sets where to send, and the token), and words: more of the command's words.
*/}}
{{- define "tcr.resyncPod" -}}
{{- $audience := ternary "" (include "tcr.audience" .root) .bound -}}
{{- $more := .words -}}
{{- with .root -}}
metadata:
  labels:
    {{- include "tcr.podLabels" (dict "root" . "component" "resync") | nindent 4 }}
  {{- with .Values.podAnnotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  restartPolicy: Never
  {{- if include "tcr.audience" . }}
  serviceAccountName: {{ include "tcr.resyncAccount" . }}
  {{- end }}
  automountServiceAccountToken: false
  enableServiceLinks: false
  {{- with .Values.imagePullSecrets }}
  imagePullSecrets:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with include "tcr.scheduling" . | trim }}
  {{- . | nindent 2 }}
  {{- end }}
  containers:
    - name: resync
      image: {{ include "tcr.image" . }}
      imagePullPolicy: {{ .Values.image.pullPolicy }}
      command: ["/nodejs/bin/node", "/app/traefik-cert-rotater.cjs"]
      {{- /* Unless asked otherwise the CLI waits for 300 seconds, and never longer than a day. */}}
      {{- $timeout := min 86400 .Values.serving.timeoutSeconds | int64 }}
      {{- $words := ternary (list "resync" "--timeout" (toString $timeout)) (list "resync") (gt $timeout (int64 300)) }}
      args: {{ concat $words ($more | default list) | toJson }}
      env:
        - name: K_SINK
          value: {{ include "tcr.functionUrl" . | quote }}
      {{- with .Values.resync.resources }}
      resources:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with .Values.securityContext }}
      securityContext:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- if $audience }}
      volumeMounts:
        {{- include "tcr.tokenMount" . | nindent 8 }}
      {{- end }}
  {{- with $audience }}
  volumes:
    {{- include "tcr.tokenVolume" . | nindent 4 }}
  {{- end }}
{{- end }}
{{- end -}}

{{/* Job spec, shared by the Job at install and the CronJob. Takes root and bound. */}}
{{- define "tcr.resyncJobSpec" -}}
backoffLimit: {{ .root.Values.resync.backoffLimit | int64 }}
activeDeadlineSeconds: {{ .root.Values.resync.activeDeadlineSeconds | int64 }}
podFailurePolicy:
  rules:
    # Trying again mends neither wrong usage (2) nor deletions that wait for somebody's word (3).
    - action: FailJob
      onExitCodes:
        containerName: resync
        operator: In
        values: [2, 3]
template:
  {{- include "tcr.resyncPod" . | nindent 2 }}
{{- end -}}

{{/* The function's container but for its ports and probes, and the volume it needs. Takes root, graceSeconds. */}}
{{- define "tcr.functionContainer" -}}
name: function
image: {{ include "tcr.image" .root }}
imagePullPolicy: {{ .root.Values.image.pullPolicy }}
command: ["/nodejs/bin/node", "/app/serve.cjs"]
args: ["--config", "/etc/traefik-cert-rotater/config.json"]
env:
  - name: INSTANCE
    value: {{ include "tcr.instance" .root | quote }}
  # Work in flight ends this long after the signal to stop, before the kubelet ends the process.
  - name: GRACE_SECONDS
    value: {{ max 1 .graceSeconds | quote }}
  {{- if .root.Values.resync.fanOut }}
  - name: K_SINK
    value: {{ include "tcr.fanOutUrl" .root | quote }}
  {{- end }}
  {{- with include "tcr.telemetryEnv" .root }}
  {{- . | nindent 2 }}
  {{- end }}
  {{- with .root.Values.extraEnv }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
  {{- if not .root.Values.auth.oidc.enabled }}
  # Where somebody with rights confirms deletions: an event alone proves nothing while senders need no token.
  - name: CONFIG_MAP
    value: {{ printf "%s/%s" (include "tcr.namespace" .root) (include "tcr.configName" .root) | quote }}
  {{- end }}
{{- with .root.Values.envFrom }}
envFrom:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .root.Values.resources }}
resources:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .root.Values.securityContext }}
securityContext:
  {{- toYaml . | nindent 2 }}
{{- end }}
volumeMounts:
  - name: config
    mountPath: /etc/traefik-cert-rotater
    readOnly: true
  {{- if include "tcr.fanOutAudience" .root }}
  {{- include "tcr.tokenMount" . | nindent 2 }}
  {{- end }}
  {{- with .root.Values.extraVolumeMounts }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end -}}

{{/* The audience of the token that the function itself sends with; empty where it sends nothing or needs none. */}}
{{- define "tcr.fanOutAudience" -}}
{{- if and .Values.resync.fanOut .Values.auth.oidc.enabled -}}
{{- if eq .Values.delivery.mode "broker" -}}
{{- printf "eventing.knative.dev/broker/%s/%s" (include "tcr.brokerNamespace" .) (include "tcr.brokerName" .) -}}
{{- else -}}
{{- include "tcr.audience" . -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "tcr.functionPod" -}}
serviceAccountName: {{ include "tcr.serviceAccountName" . }}
enableServiceLinks: false
{{- with .Values.imagePullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with include "tcr.scheduling" . | trim }}
{{ . }}
{{- end }}
volumes:
  - name: config
    configMap:
      name: {{ include "tcr.configName" . }}
  {{- with include "tcr.fanOutAudience" . }}
  {{- include "tcr.tokenVolume" . | nindent 2 }}
  {{- end }}
  {{- with .Values.extraVolumes }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- with .Values.topologySpreadConstraints }}
topologySpreadConstraints:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}
