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

{{/* "true" where it is a schedule of five fields, a name of one such as `@hourly`, or empty. */}}
{{- define "tcr.isSchedule" -}}
{{- $item := "([*?]|%s(-%s)?)(/[1-9][0-9]*)?" -}}
{{- $fields := list -}}
{{- range list "[0-5]?[0-9]" "(2[0-3]|[01]?[0-9])" "(3[01]|[12][0-9]|0?[1-9])" "(1[0-2]|0?[1-9]|[A-Za-z]{3})" "([0-6]|[A-Za-z]{3})" -}}
{{- $one := printf $item . . -}}
{{- $fields = append $fields (printf "%s(,%s)*" $one $one) -}}
{{- end -}}
{{- $named := "@(hourly|daily|midnight|weekly|monthly|yearly|annually)" -}}
{{- regexMatch (printf "^(|%s|%s)$" $named (join " +" $fields)) . -}}
{{- end -}}
