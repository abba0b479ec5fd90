package dev.kindling.spark.sweep.fit;

import dev.kindling.spark.report.Chart;
import dev.kindling.spark.report.Html;
import dev.kindling.spark.report.SvgChart;
import java.util.List;
import java.util.Optional;

/** A table of runs, and the law fitted to it, in pictures. */
public final class FitCharts {
  private final List<Run> runs;
  private final Optional<FittedLaw> fitted;
  private final IsoFlopCurves isoFlop;

  /**
   * Of a table.
   *
   * @param runs one or more
   * @param fit what was fitted to them; empty where no law could be
   */
  public FitCharts(List<Run> runs, Optional<FitSummary> fit) {
    this.runs = runs;
    this.fitted = fit.map(summary -> FittedLaw.of(summary.fit()));
    this.isoFlop = IsoFlopCurves.of(runs, fitted);
  }

  /** Every run, a curve for every size of model, and the frontier of the law. */
  public Chart lossAgainstCompute() {
    return LossAgainstCompute.of(runs, fitted);
  }

  /**
   * Loss over model size for budgets; empty where no runs share one and no law has a best model.
   */
  public Chart isoFlop() {
    return isoFlop.chart();
  }

  /** All of them for a page, with what there is to say about each. */
  public String toHtml() {
    StringBuilder html = new StringBuilder();
    html.append(
        SvgChart.of(
            lossAgainstCompute(),
            fitted.isPresent()
                ? "Points are runs, lines the fitted law for the size of a model."
                : "Points are runs, and lines connect the best of one size of model."));
    html.append(
        isoFlop.chart().isEmpty()
            ? "<p class=\"quiet\">" + Html.escape(isoFlop.note()) + "</p>\n"
            : SvgChart.of(isoFlop.chart(), isoFlop.note()));
    fitted.ifPresent(law -> html.append(SvgChart.of(Residuals.of(runs, law))));
    return html.toString();
  }
}
