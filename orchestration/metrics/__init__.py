"""Pure functions over Polars frames: frames and one frozen parameter model in, frames out; no clock, no files.

survey              the survey tables of schema indices, put together in one call
responses           sufficient statistics pooled over scope and window, response rates
likert              item satisfaction and importance, S_i and I_i
satisfaction_index  weights, covariance of item means, dimension and overall index
quadrants           the importance-performance map, membership its probabilities
nps                 net promoter score
kpis                KPI totals and process limits
kpi_weights         weights of KPIs: declared, by pairwise judgements, by entropy
printed             digits and rounding of printed figures
attainability       can a printed figure come from whole counts
coherence           do a whole and its parts agree
disclosure          counts that stay hidden so that nobody is recognised
verdicts            the one word on every change
statistics          quantiles, Wilson, Benjamini-Hochberg
parameters          the rules that these functions are given
frames              frames in the shape of their schema
"""
