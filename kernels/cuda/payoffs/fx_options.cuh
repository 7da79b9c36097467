// FX calls by Black's formula under a smile, group by group, or by the group's table.
// Twins in numba/ and numpy/.
#pragma once
#include "payoffs/chebyshev.cuh"
#include "payoffs/gauss.cuh"
#include "payoffs/points.cuh"

// F N(d1) - K N(d2) with one exponential, for K n(d2) = F n(d1), and one division, for both Mills' ratios.
__device__ __forceinline__ double black_call(double forward, double strike, double d1, double d2) {
    const double a1 = distance_from_0(d1), a2 = distance_from_0(d2);
    const double q1 = mills_q(a1), q2 = mills_q(a2);
    const double t1 = mills_p(a1) * q2, t2 = mills_p(a2) * q1;
    const double tails = (d1 > 0.0 ? 0.0 - t1 : t1) + (d2 > 0.0 ? t2 : 0.0 - t2);
    const double sure = (d1 > 0.0 ? forward : 0.0) - (d2 > 0.0 ? strike : 0.0);
    return fma(forward * density(a1), tails / (q1 * q2), sure);
}

// Undiscounted value of a group's calls, one by one. `start` is the forward with no deviation; std and inverse are the
// at-the-money standard deviation of ln(forward) to expiry, and 1 / it; c1 is of the smile.
__device__ __forceinline__ Lanes sum_calls(const Group& group, double start, const Lanes& moved, const Lanes& forward,
                                           const Lanes& std, const Lanes& inverse, const Lanes& c1) {
    const double c0 = group.c0, c2 = group.c2, c3 = group.c3, c4 = group.c4;
    const double bend = 1.0 / (group.reach * group.reach);
    Lanes out = lanes_of(0.0);
#pragma unroll 1
    for (i64 j = group.first; j < group.last; ++j) {
        const double strike = book.fx_options.options[j].strike, amount = book.fx_options.options[j].amount;
        const double distance = log_f64(strike / start);
        EACH_LANE(p) {
            const double m = (distance - moved.of[p]) * inverse.of[p];
            const double x = m / sqrt(fma(m * m, bend, 1.0));
            const double s = fma(fma(fma(fma(c4, x, c3), x, c2), x, c1.of[p]), x, c0);
            const double d = (0.0 - m) / s;
            const double half = 0.5 * s * std.of[p];
            out.of[p] = fma(amount, black_call(forward.of[p], strike, d + half, d - half), out.of[p]);
        }
    }
    return out;
}

// As `sum_calls` at expiry, or without vol; a strike below 0 is that of a put.
__device__ __forceinline__ Lanes sum_payouts(const Group& group, const Lanes& forward) {
    Lanes out = lanes_of(0.0);
#pragma unroll 1
    for (i64 j = group.first; j < group.last; ++j) {
        const double strike = book.fx_options.options[j].strike, amount = book.fx_options.options[j].amount;
        EACH_LANE(p) {
            const double gain = (strike > 0.0 ? forward.of[p] : 0.0 - forward.of[p]) - strike;
            out.of[p] = fma(amount, gain > 0.0 ? gain : 0.0, out.of[p]);
        }
    }
    return out;
}

// Undiscounted value of a group, option by option. `moved` is ln(forward / start), `vol` and `skew` those with no
// deviation, the skew since the base market.
__device__ __noinline__ Lanes price_group(const Group& group, double vol, double skew, double start,
                                          const Observed observed, Lanes moved) {
    const double least = 1e-100, most = 1e100;  // with these nothing overflows
    Lanes forward, inverse;
    EACH_LANE(p) forward.of[p] = start * bounded_exp(moved.of[p]);
    const double still = vol * sqrt(group.time);
    if (still == 0.0) return sum_payouts(group, forward);
    Lanes std = lanes_of(still);
    if (group.vol_factor >= 0) {
        const Lanes x = deviation(observed, group.when, group.vol_factor);
        EACH_LANE(p) std.of[p] = bounded(still * bounded_exp(x.of[p]), least, most);
    }
    EACH_LANE(p) inverse.of[p] = 1.0 / std.of[p];
    Lanes c1 = lanes_of(group.c1);
    if (group.skew_factor >= 0) {
        const Lanes z = deviation(observed, group.when, group.skew_factor);
        EACH_LANE(p)
        c1.of[p] = group.c1 + bounded(group.slope * (skew + z.of[p]), 0.0 - group.most, group.most);
    }
    return sum_calls(group, start, moved, forward, std, inverse, c1);
}

// Undiscounted value of a group: its table's, or, on a path outside the table's range or without one, option by option.
__device__ __forceinline__ Lanes group_value(i64 scenario, i64 number, double start, const Observed& observed,
                                             const Lanes& moved) {
    const Group& group = book.fx_options.groups[number];
    const i64 at = scenario * book.fx_options.n_groups + number;
    const double vol = book.fx_options.vol[at], skew = book.fx_options.skew[at];
#if VOL_TERMS > 0
    if (group.table >= 0) {
        const i64 place = scenario * book.fx_options.n_tables + group.table;
        const OptionTable& table = book.fx_options.tables[place];
        const double middle = log_f64(start / table.forward);
        Lanes x, w = lanes_of(0.0);
        EACH_LANE(p) x.of[p] = (middle + moved.of[p]) * table.inverse_x;
        if (group.vol_factor >= 0) {
            const Lanes z = deviation(observed, group.when, group.vol_factor);
            EACH_LANE(p) w.of[p] = z.of[p] * table.inverse_w;
        }
        bool inside[VALUED], all_inside = true;
        EACH_LANE(p) {
            inside[p] = fabs(x.of[p]) <= 1.0 && fabs(w.of[p]) <= 1.0;
            all_inside = all_inside && inside[p];
        }
        Lanes value = table_value(book.fx_options.terms + place * book.fx_options.n_x * VOL_TERMS, table.n_x, x, w);
        if (!all_inside) {
            const Lanes each = price_group(group, vol, skew, start, observed, moved);
            EACH_LANE(p) value.of[p] = inside[p] ? value.of[p] : each.of[p];
        }
        return value;
    }
#endif
    return price_group(group, vol, skew, start, observed, moved);
}

// Move of ln(domestic per foreign) on the group's day. The home currency, 0, has no factor.
__device__ __forceinline__ Lanes log_rate(const Group& group, const Observed& observed) {
    Lanes out = lanes_of(0.0);
    if (group.foreign > 0) out = deviation(observed, group.when, book.run.fx_factor[group.foreign]);
    if (group.domestic > 0) {
        const Lanes y = deviation(observed, group.when, book.run.fx_factor[group.domestic]);
        EACH_LANE(p) out.of[p] = out.of[p] - y.of[p];
    }
    return out;
}

// `total` and a group [domestic currency, at the horizon].
__device__ __forceinline__ Lanes add_group(i64 scenario, i64 number, const Observed& observed, Lanes total) {
    const Group& group = book.fx_options.groups[number];
    const Lanes discount = log_point(observed, group.domestic_discount);
    const Lanes foreign = log_point(observed, group.foreign_discount), fx = log_rate(group, observed);
    Lanes moved;
    EACH_LANE(p)
    moved.of[p] = bounded(fx.of[p] + (foreign.of[p] - discount.of[p]), 0.0 - MAX_EXPONENT, MAX_EXPONENT);
    const double* rates = book.run.fx_start + scenario * N_CURRENCIES;
    const double spot = rates[group.foreign] / rates[group.domestic];  // by the home currency's 1.0 exactly
    const double domestic = point_start(scenario, group.domestic_discount);
    const double start = spot * point_start(scenario, group.foreign_discount) / domestic;
    const Lanes value = group_value(scenario, number, start, observed, moved);
    const double still = domestic * group.growth;
    EACH_LANE(p) total.of[p] = fma(still * bounded_exp(discount.of[p]), value.of[p], total.of[p]);
    return total;
}

// `total` and the groups of an account, paid in its currency.
__device__ __forceinline__ Lanes add_fx_options(i64 scenario, i64 account, const Observed& observed, Lanes total) {
    const Owned& owned = book.fx_options.owned[account];
#pragma unroll 1
    for (i64 g = owned.first; g < owned.last; ++g) total = add_group(scenario, g, observed, total);
    return total;
}
