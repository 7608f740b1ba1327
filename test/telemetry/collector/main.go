// The OpenTelemetry Collector with the few parts that the tests need: OTLP in, deltas to running sums, Prometheus and
// files out.
package main

import (
	"log"

	"github.com/open-telemetry/opentelemetry-collector-contrib/exporter/fileexporter"
	"github.com/open-telemetry/opentelemetry-collector-contrib/exporter/prometheusexporter"
	"github.com/open-telemetry/opentelemetry-collector-contrib/processor/deltatocumulativeprocessor"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/confmap/provider/fileprovider"
	"go.opentelemetry.io/collector/exporter"
	"go.opentelemetry.io/collector/otelcol"
	"go.opentelemetry.io/collector/processor"
	"go.opentelemetry.io/collector/receiver"
	"go.opentelemetry.io/collector/receiver/otlpreceiver"
	"go.opentelemetry.io/collector/service/telemetry/otelconftelemetry"
)

func main() {
	settings := otelcol.CollectorSettings{
		BuildInfo: component.BuildInfo{Command: "collector", Version: "0.165.0"},
		Factories: factories,
		ConfigProviderSettings: otelcol.ConfigProviderSettings{
			ResolverSettings: confmap.ResolverSettings{
				ProviderFactories: []confmap.ProviderFactory{fileprovider.NewFactory()},
			},
		},
	}
	if err := otelcol.NewCommand(settings).Execute(); err != nil {
		log.Fatal(err)
	}
}

func factories() (otelcol.Factories, error) {
	return otelcol.Factories{
		Receivers:  one[receiver.Factory](otlpreceiver.NewFactory()),
		Processors: one[processor.Factory](deltatocumulativeprocessor.NewFactory()),
		Exporters:  one[exporter.Factory](prometheusexporter.NewFactory(), fileexporter.NewFactory()),
		Telemetry:  otelconftelemetry.NewFactory(),
	}, nil
}

func one[F component.Factory](factories ...F) map[component.Type]F {
	byType := map[component.Type]F{}
	for _, factory := range factories {
		byType[factory.Type()] = factory
	}
	return byType
}
