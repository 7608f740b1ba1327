{{/* What asks for a resync on schedule. */}}

{{- define "tcr.hasCronJob" -}}
{{- if and .Values.resync.schedule (ne .Values.resync.mode "pingsource") -}}true{{- end -}}
{{- end -}}

{{- define "tcr.hasPingSource" -}}
{{- if and (include "tcr.pingSchedule" .) (ne .Values.resync.mode "cronjob") -}}true{{- end -}}
{{- end -}}

{{- define "tcr.pingSchedule" -}}
{{- default .Values.resync.schedule .Values.resync.pingSchedule -}}
{{- end -}}

{{- define "tcr.hasSinkBinding" -}}
{{- if and .Values.resync.sinkBinding (include "tcr.hasCronJob" .) -}}true{{- end -}}
{{- end -}}

{{/* Labels of the CronJob's Jobs, by which the SinkBinding finds them and not the Job at install, which may come first. */}}
{{- define "tcr.scheduledLabels" -}}
{{- include "tcr.selectorLabels" . }}
app.kubernetes.io/component: scheduled-resync
{{- end -}}
