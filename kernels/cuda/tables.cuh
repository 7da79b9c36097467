// A book as records, a row of a table in one place. Twin: tables.py, whose fields these are, in its order; a test
// compares them. All have 64 bits.
#pragma once
#include "real.cuh"

struct Owned {
    i64 first_unit, last_unit, first_future, last_future, first_swap, last_swap;
};
struct Leg {
    i64 first, last, when;
};
struct Segment {
    i64 below, above, first, last;
};
struct Unit {
    i64 factor, when;
};
struct Point {
    i64 when, below, above;
    double a, b;
};
struct Future {
    i64 growth, first, last;
    double quantity, reference, basis;
};
struct Deliverable {
    i64 leg;
    double accrued, factor;
};
struct Group {
    i64 when, domestic, foreign, vol_factor, first, last, table;
    double time, growth, c0, c1, c2, c3, c4, reach;
};
struct Option {
    double strike, amount;
};
struct Table {
    i64 n_x;
    double forward, inverse_x, inverse_w;
};
struct Swap {
    i64 floating, annuity, first, last, table;
};
struct Swaption {
    i64 payer;
    double quantity, strike, std;
};
struct RateTable {
    i64 n_x;
    double rate, inverse;
};

// tables.Tables, arrays as addresses; then the lengths that strides are made of.
struct Book {
    const i64* observations;
    const i64* dynamics;
    const i64* fx_factor;
    const double* fx_start;
    i64 reporting;
    const double* base_value;
    const double* cash;
    const Owned* owned;
    const Leg* legs;
    const double* centre;
    const double* inverse_width;
    i64 degree;
    const i64* segment_degree;
    const double* coefficients;
    const Segment* segments;
    const double* flow_value;
    const double* flow_exponents;
    const Unit* units;
    const double* unit_value;
    const Point* points;
    const double* point_start;
    const Future* futures;
    const Deliverable* deliverables;
    const i64* group_range;
    const Group* groups;
    const double* group_vol;
    const Option* options;
    const Table* tables;
    const double* table_terms;
    const Swap* swaps;
    const Swaption* swaptions;
    const RateTable* rate_tables;
    const double* rate_terms;
    i64 n_observations;
    i64 n_scenarios;
    i64 n_books;
    i64 n_segments;
    i64 n_flows;
    i64 n_units;
    i64 n_points;
    i64 n_groups;
    i64 n_tables;
    i64 n_x;
    i64 n_rate_tables;
    i64 n_rate_terms;
};
__constant__ Book book;
