"""Prints results as tables."""

NOT_COUNTED = ("unknown_unit", "before_assignment", "after_window", "other_phase", "overridden", "after_shipping")


def show(results):
    """Prints each goal as a table, then the checks and the verdict."""
    for goal in results["goals"]:
        print(f"\n{goal['goal']} ({goal['kind']}, {goal['role']})")
        print(f"  {'variant':<12}{'units':>8}{'converted':>12}{'total':>16}{'mean':>12}")
        for arm in goal["arms"]:
            mean = "-" if arm["mean"] is None else f"{arm['mean']:,.4f}"
            print(f"  {arm['variant']:<12}{arm['units']:>8,}{arm['converted']:>12,}{arm['total']:>16,.2f}{mean:>12}")
        for comparison in goal["comparisons"]:
            compare(comparison)
    for segment in results["segments"]:
        print(f"\nby {segment['attribute']}, units and converted")
        for value in segment["values"]:
            arms = ", ".join(f"{arm['variant']} {arm['units']} and {arm['converted']}" for arm in value["arms"])
            print(f"  {value['value']:<16}{arms}")
    for goal in results["outcomes"]:
        not_counted = [f"{count:,} {fate.replace('_', ' ')}" for fate, count in goal.items() if fate in NOT_COUNTED and count]
        print(f"\n{goal['goal']}: {goal['counted']:,} outcomes counted" + "".join(f", {own}" for own in not_counted), end="")
    print()
    ratio = results["sample_ratio"]
    print(f"\nsample ratio  p {probability(ratio['p'])}: {'as planned' if ratio['ok'] else 'NOT as planned'}")
    print(f"verdict       {results['verdict']['sentence']}")
    for reason in results["verdict"]["reasons"]:
        print(f"              {reason}")


def compare(comparison):
    print(f"  difference    {interval(comparison['absolute'])}, {comparison['variant']} against control")
    print(f"  relative      {interval(comparison['relative'], percent=True)}")
    print(f"  p-value       {probability(comparison['p_value'])}, valid at every interim look")
    planned, bayesian = comparison["fixed_horizon"], comparison["bayesian"]
    if planned:
        print(f"  fixed horizon {interval(planned['absolute'])}, p {probability(planned['p_value'])}")
    if bayesian:
        print(f"  better than control with a probability of {bayesian['beats_control']:.3f}")
    for warning in comparison["warnings"]:
        print(f"  note          {warning}")


def interval(found, percent=False):
    """Formats an estimate with its 95 % interval, or the reason why it is missing."""
    write = (lambda x: f"{100 * x:+.1f} %") if percent else (lambda x: f"{x:.4f}")
    if found["estimate"] is None:
        return "not enough data"
    if found["low"] is None:
        return f"{write(found['estimate'])} (no interval: " + (
            "the baseline is too low for a percentage)" if percent else "too early, or no variation)"
        )
    return f"{write(found['estimate'])} (95 % interval {write(found['low'])} to {write(found['high'])})"


def probability(p):
    return "unknown" if p is None else "under 0.0001" if p < 0.0001 else f"{p:.4f}"
